//! Inputs from public bug reports get the right answer, through the example, as users run it.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::example::{feed, keypair, lines};
use crate::support::json_data;

/// What is wrong with the answer to a case; nothing if it is right.
type Complaints = Vec<String>;

/// Checks each case, then lists all wrong answers, not only the first.
#[test]
fn every_reported_input_gets_the_right_answer() {
    let data = json_data("reports/cases.json");
    let cases = data["cases"].as_array().unwrap();
    assert!(cases.len() >= 33, "{} cases", cases.len());
    let wrong: BTreeMap<&str, Complaints> = cases
        .iter()
        .map(|case| (case["id"].as_str().unwrap(), complaints(case)))
        .filter(|(_, complaints)| !complaints.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn complaints(case: &Value) -> Complaints {
    let expected = case["expected"].as_object().unwrap();
    assert!(!expected.is_empty(), "{case}");
    let answer = match (&case["input_base64"], &case["arguments"]) {
        (Value::String(input), Value::Null) => inspect(input),
        (Value::Null, Value::Array(arguments)) => run(arguments, &case["standard_input"]),
        _ => panic!("{case}"),
    };
    expected.iter().filter_map(|(what, right)| complaint(what, right, &answer, case)).collect()
}

/// Returns what `inspect` prints for an input.
fn inspect(base64: &str) -> Vec<Value> {
    let answers = lines(&feed(keypair().args(["inspect", "--base64"]), format!("{base64}\n").as_bytes()));
    assert_eq!(answers.len(), 1);
    answers
}

/// Returns what another command of the example prints: one JSON text for each key pair or request.
fn run(arguments: &[Value], input: &Value) -> Vec<Value> {
    let mut command: Command = keypair();
    command.args(arguments.iter().map(|argument| argument.as_str().unwrap()));
    let printed = feed(&mut command, input.as_str().unwrap_or_default().as_bytes()).stdout;
    serde_json::Deserializer::from_slice(&printed).into_iter().collect::<Result<_, _>>().unwrap()
}

/// Compares one field of `expected` with the answers.
fn complaint(what: &str, right: &Value, answers: &[Value], case: &Value) -> Option<String> {
    let answer = &answers[0];
    let import = &answer["import"];
    let words = || right.as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let is_right = match what {
        "accepted" => import["ok"] == true && import["fingerprint"] == *right,
        "is_weak" => answer["weaknesses"].as_array().is_some_and(|found| found.is_empty() != *right),
        "codes" => import["ok"] == false && words().any(|code| import["code"] == code),
        "position" => import["position"] == *right,
        "recovered" => import["ok"] == false && import["recovered"]["fingerprint"] == *right,
        "is_recovered" => import["recovered"].is_object() == *right,
        "mentions_any" => words().any(|word| message(answer).contains(word)),
        "statuses" => answers.iter().map(|answer| &answer["status"]).eq(right.as_array().unwrap()),
        "elides" => {
            let request: Value = serde_json::from_str(case["standard_input"].as_str().unwrap()).unwrap();
            let secret = words().fold(&request, |value, key| &value[key]).as_str().unwrap();
            let printed = answer.to_string();
            secret.as_bytes().windows(16).all(|part| !printed.contains(str::from_utf8(part).unwrap()))
        }
        "created" => answer["keypair"]["name"] == *right && answer["keypair"]["private_key"].is_string(),
        _ => panic!("{what}"),
    };
    (!is_right).then(|| format!("{what} is not {right}: {answers:?}"))
}

/// The message to the user, of an inspection or in the body of a reply.
fn message(answer: &Value) -> &str {
    answer["import"]["message"].as_str().or(answer["body"]["badRequest"]["message"].as_str()).unwrap_or_default()
}
