//! The example, as users run it: its output is a contract.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use nova_keypair::{KeySpec, PrivateKey, PublicKey};
use serde_json::{Value, json};

use crate::support::{TempDir, cargo, features, json_data, number_hash, run};
use crate::{data, shared_primes};

const SEED: &str = "ZXhhbXBsZSBzZWVkIG9mIDMyIGJ5dGVzLCBubyBsZXM=";
const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFtVDmGORTOUZjtYZBwN8LyvNVqUlV0oIUTcfKbAYYhx me@home";

/// Returns the example, built with the features and the profile of this test.
///
/// `cargo test` has already built it, `cargo test --test suite` has not.
static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let [folder, target] = [2, 3].map(|levels| test.ancestors().nth(levels).unwrap());
    // Cargo's own profile `test` shares a folder with `dev`.
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "test",
        name => name,
    };
    let mut command = cargo();
    command.args(["build", "--quiet", "--example", "keypair", "--profile", profile, "--target-dir"]).arg(target);
    command.args(["--no-default-features", "--features", &features()]).env_remove("CARGO_BUILD_TARGET");
    run(&mut command);
    folder.join("examples/keypair")
});

pub(crate) fn keypair() -> Command {
    Command::new(&*EXAMPLE)
}

pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that rejects its arguments does not read its input.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[track_caller]
pub(crate) fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn failure(output: &Output, status: i32, says: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(stderr.contains(says), "{stderr:?} does not say {says:?}");
    // The usage is for users who got the command wrong.
    assert_eq!(stderr.contains("usage: keypair create"), status == 2, "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn create_prints_a_body_and_writes_a_pair() {
    let mut command = keypair();
    let dir = TempDir::new("create");
    let arguments = ["create", "my-key", "--seed", SEED, "--user-id", "u1", "--comment", "a b", "--out"];
    let output = command.args(arguments).arg(&dir.0).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let body: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut expected = PrivateKey::from_seed(b"example seed of 32 bytes, no les", KeySpec::Rsa2048).unwrap();
    expected.set_comment("a b").unwrap();
    assert_eq!(
        body,
        json!({"keypair": {
            "name": "my-key", "user_id": "u1", "public_key": expected.public_key().to_openssh(),
            "fingerprint": expected.public_key().fingerprint().to_string(),
            "private_key": expected.to_openssh().as_str(),
        }})
    );
    let private = dir.0.join("my-key");
    assert_eq!(std::fs::read_to_string(&private).unwrap(), *expected.to_openssh());
    assert_eq!(
        std::fs::read_to_string(dir.0.join("my-key.pub")).unwrap(),
        format!("{}\n", expected.public_key().to_openssh())
    );
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);

    // An existing file is never overwritten; then neither file is touched.
    let again = keypair().args(arguments).arg(&dir.0).output().unwrap();
    failure(&again, 1, "exists");
    std::fs::remove_file(&private).unwrap();
    failure(&keypair().args(arguments).arg(&dir.0).output().unwrap(), 1, "my-key.pub exists");
    assert!(!private.exists());
}

#[test]
fn a_failed_write_leaves_no_partial_file() {
    let command = keypair();
    let dir = TempDir::new("full");
    let mut limited = Command::new("sh");
    // As on a full disk: a file can be created, but not written to.
    limited.args(["-c", "ulimit -f 0; trap '' XFSZ; exec \"$0\" \"$@\""]).arg(command.get_program());
    let output = limited.args(["create", "k", "--seed", SEED, "--out"]).arg(&dir.0).output().unwrap();
    failure(&output, 1, "cannot write");
    assert_eq!(std::fs::read_dir(&dir.0).unwrap().count(), 0);
}

#[test]
fn create_supports_every_format_and_size() {
    for (format, label) in [("openssh", "OPENSSH PRIVATE KEY"), ("pkcs1", "RSA PRIVATE KEY"), ("pkcs8", "PRIVATE KEY")]
    {
        let mut command = keypair();
        let output = command.args(["create", "k", "--format", format, "--seed", SEED]).output().unwrap();
        let body: Value = serde_json::from_slice(&output.stdout).unwrap();
        let pem = body["keypair"]["private_key"].as_str().unwrap();
        assert!(pem.starts_with(&format!("-----BEGIN {label}-----\n")), "{pem}");
    }
}

#[cfg(feature = "ed25519")]
#[test]
fn create_generates_ed25519_keys() {
    let expected = PrivateKey::from_seed(b"example seed of 32 bytes, no les", KeySpec::Ed25519).unwrap();
    let mut command = keypair();
    let output = command.args(["create", "k", "--type", "ed25519", "--seed", SEED]).output().unwrap();
    let body: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(body["keypair"]["private_key"], expected.to_openssh().as_str());
    let mut command = keypair();
    let bodies = lines(&command.args(["create", "k", "--type", "ed25519", "--count", "3"]).output().unwrap());
    assert!(bodies.iter().all(|body| body["keypair"]["public_key"].as_str().unwrap().starts_with("ssh-ed25519 ")));
    assert_eq!(bodies.len(), 3);
}

#[test]
fn count_sets_the_number_of_key_pairs() {
    let mut command = keypair();
    let dir = TempDir::new("count");
    let bodies = lines(&command.args(["create", "k", "--count", "3", "--out"]).arg(&dir.0).output().unwrap());
    let names: Vec<_> = bodies.iter().map(|body| body["keypair"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["k-1", "k-2", "k-3"]);
    assert_ne!(bodies[0]["keypair"]["public_key"], bodies[1]["keypair"]["public_key"]);
    assert_eq!(std::fs::read_dir(&dir.0).unwrap().count(), 6);
}

#[test]
fn invalid_arguments_are_rejected_with_a_remedy() {
    let run = |arguments: &[&str]| feed(keypair().args(arguments), b"");
    failure(&run(&[]), 2, "command is missing");
    failure(&run(&["remove", "k"]), 2, "unknown command \"remove\"");
    failure(&run(&["create"]), 2, "NAME is missing");
    failure(&run(&["create", "a", "b"]), 2, "b");
    failure(&run(&["create", "a,b"]), 1, "[name_character]");
    failure(&run(&["create", ""]), 1, "[name_empty]");
    failure(&run(&["create", "../k"]), 1, "[name_character]");
    failure(&run(&["create", "k", "--bits", "1024"]), 1, "choose 2048, 3072 or 4096");
    failure(&run(&["create", "k", "--type", "dsa"]), 2, "use rsa or ed25519");
    #[cfg(not(feature = "ed25519"))]
    failure(&run(&["create", "k", "--type", "ed25519"]), 1, "the feature `ed25519`");
    #[cfg(feature = "ed25519")]
    {
        failure(&run(&["create", "k", "--type", "ed25519", "--format", "pkcs1"]), 2, "use openssh or pkcs8");
        failure(&run(&["create", "k", "--type", "ed25519", "--seed", "c2hvcnQ="]), 1, "[seed_length]");
    }
    failure(&run(&["create", "k", "--type", "ed25519", "--bits", "2048"]), 2, "--bits");
    failure(&run(&["import", "a,b", "-"]), 1, "[name_character]");
    failure(&run(&["create", "k", "--bits", "many"]), 2, "many");
    failure(&run(&["create", "k", "--format", "ppk"]), 2, "openssh, pkcs1 or pkcs8");
    failure(&run(&["create", "k", "--seed", "c2hvcnQ="]), 1, "[seed_too_short]");
    failure(&run(&["create", "k", "--comment", "a\nb"]), 1, "[comment]");
    failure(&run(&["create", "k", "--out", "/no/such/folder"]), 1, "/no/such/folder/k");
    failure(&run(&["create", "k", "--count", "2", "--seed", SEED]), 2, "--count");
    failure(&run(&["import", "k", "/no/such/file"]), 1, "/no/such/file");
    failure(&run(&["import", "k"]), 1, "[");
    failure(&run(&["post", "--microversion", "newest"]), 1, "2.N");
    failure(&run(&["inspect", "--base65"]), 2, "--base65");

    // A seed with a typo is not echoed.
    let slipped = run(&["create", "k", "--seed", "c2VjcmV0!c2VjcmV0c2VjcmV0"]);
    failure(&slipped, 2, "not base64");
    assert!(!String::from_utf8_lossy(&slipped.stderr).contains("c2Vj"));
}

/// Generating keys locally is what microversion 2.92 requires of clients.
#[test]
fn names_follow_the_rule_of_microversion_2_92() {
    let mut command = keypair();
    let output = command.args(["create", "me@laptop.home", "--type", "rsa", "--bits", "2048", "--seed", SEED]).output();
    let body: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    assert_eq!(body["keypair"]["name"], "me@laptop.home");
    let output = feed(keypair().args(["import", "me@laptop"]), ED25519.as_bytes());
    let body: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(body["keypair"]["name"], "me@laptop");
}

#[test]
fn post_answers_the_documented_request() {
    let mut command = keypair();
    command.args(["post", "--user-id", "f882feb345064e7d9392440a0f397c25"]);
    let output = feed(&mut command, &data::read("api/request.json"));
    assert_eq!(lines(&output), [json!({"status": 200, "body": json_data("api/response.json")})]);
}

#[test]
fn post_continues_after_a_bad_body() {
    let mut command = keypair();
    let good = |name: &str| json!({"keypair": {"name": name, "public_key": ED25519}});
    let input = format!(
        "{}\nnot json\n{{\"keypair\": \n{}{}\n\n[]\n{:#}\n{}\n{{\"keypair\"",
        good("a"),
        good("b"),
        good("b"),
        good("c"),
        good("taken"),
    );
    let replies = lines(&feed(command.args(["post", "--existing", "taken"]), input.as_bytes()));
    let statuses: Vec<_> = replies.iter().map(|reply| reply["status"].as_u64().unwrap()).collect();
    //          a    not  {"ke b    b    []   c    taken end
    assert_eq!(statuses, [200, 400, 400, 200, 409, 400, 200, 409, 400], "{replies:#?}");
    assert_eq!(replies[4]["body"]["conflictingRequest"]["message"], "Key pair 'b' already exists.");
}

/// A malformed body of several lines is one body, and its reply states the JSON error.
#[test]
fn post_answers_a_malformed_body_once() {
    let mut command = keypair();
    let pretty = "{\n  \"keypair\": {\n    \"name\": \"k\",\n  }\n}\n";
    let good = json!({"keypair": {"name": "k", "public_key": ED25519}});
    let input = format!("{pretty}{good}\n{pretty}nonsense\nnonsense\n{good:#}\n{pretty}");
    let replies = lines(&feed(command.arg("post"), input.as_bytes()));
    let statuses: Vec<_> = replies.iter().map(|reply| reply["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [400, 200, 400, 400, 400, 409, 400], "{replies:#?}");
    let message = replies[0]["body"]["badRequest"]["message"].as_str().unwrap();
    assert!(message.starts_with("Malformed request body: trailing comma at line 4"), "{message}");
}

#[test]
fn post_answers_while_the_pipe_is_open() {
    use std::io::{BufRead, BufReader};
    let mut command = keypair();
    let mut child = command.arg("post").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut replies = BufReader::new(child.stdout.take().unwrap()).lines();
    for (name, status) in [("a", "200"), ("a", "409"), ("b", "200")] {
        writeln!(stdin, "{}", json!({"keypair": {"name": name, "public_key": ED25519}})).unwrap();
        let reply = replies.next().unwrap().unwrap();
        assert!(reply.starts_with(&format!("{{\"status\":{status},")), "{reply}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn post_treats_empty_input_as_an_empty_body() {
    for input in ["", "\n \n"] {
        let mut command = keypair();
        let replies = lines(&feed(command.arg("post"), input.as_bytes()));
        assert_eq!(replies.len(), 1);
        assert_eq!(replies[0]["body"]["badRequest"]["code"], 400);
    }
}

#[test]
fn import_prints_a_body() {
    let mut command = keypair();
    let output = feed(command.args(["import", "k", "-"]), format!("{ED25519}\n").as_bytes());
    let body: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(body["keypair"]["public_key"], format!("{ED25519}\n"));
    assert_eq!(body["keypair"]["name"], "k");
    assert!(body["keypair"].get("private_key").is_none());
}

#[test]
fn inspect_answers_every_line() {
    let mut command = keypair();
    let input = [ED25519.as_bytes(), b"\r\n", b"nonsense\n", b"\n", b"\xff\xfe\n", ED25519.as_bytes()].concat();
    let answers = lines(&feed(command.arg("inspect"), &input));
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[0], answers[4]);
    let import = &answers[0]["import"];
    assert_eq!(import["ok"], true);
    assert_eq!(
        (&import["algorithm"], &import["bits"], &import["comment"]),
        (&json!("ssh-ed25519"), &json!(256), &json!("me@home"))
    );
    assert_eq!(answers[0]["nova"], json!({"ok": true, "fingerprint": import["fingerprint"]}));
    assert!(import["sha256"].as_str().unwrap().starts_with("SHA256:"));
    for refused in &answers[1..4] {
        for side in ["import", "nova"] {
            assert_eq!(refused[side]["ok"], false);
            assert!(refused[side]["code"].is_string() && refused[side]["message"].is_string());
        }
        assert_eq!(refused["weaknesses"], json!([]));
    }
    assert_eq!(answers[3]["import"]["code"], "not_utf8");
    assert_eq!(answers[3]["import"]["position"], 0);

    let request = json_data("api/request.json");
    let key = request["keypair"]["public_key"].as_str().unwrap();
    let answer = &lines(&feed(keypair().arg("inspect"), key.as_bytes()))[0];
    let weaknesses: Vec<_> = answer["weaknesses"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    assert!(weaknesses.contains(&"compromised") && weaknesses.contains(&"short_rsa"), "{weaknesses:?}");
}

/// Programs read this output: the fields and their order are fixed.
#[test]
fn inspect_prints_the_documented_fields() {
    let mut command = keypair();
    let output =
        feed(command.arg("inspect"), format!("{ED25519}\n{}\n\u{e9}\n", ED25519.replacen(' ', "\t", 1)).as_bytes());
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut lines = printed.lines();
    let key = PublicKey::parse(ED25519).unwrap();
    let (md5, sha256) = (key.fingerprint(), key.sha256_fingerprint());
    let accepted = [
        r#"{"import":{"ok":true,"algorithm":"ssh-ed25519","bits":256,"comment":"me@home","#,
        &format!(r#""fingerprint":"{md5}","sha256":"{sha256}"}},"#),
        &format!(r#""nova":{{"ok":true,"fingerprint":"{md5}"}},"weaknesses":[]}}"#),
    ];
    assert_eq!(lines.next().unwrap(), accepted.concat());
    let tab = lines.next().unwrap();
    assert!(tab.starts_with(r#"{"import":{"ok":false,"code":"key_tab","message":""#), "{tab}");
    let recovered = [
        r#","position":11,"recovered":{"line":""#,
        ED25519,
        &format!(r#"","fingerprint":"{md5}","repairs":["type_separator"]}}}},"nova":{{"ok":false,"code":"nova_"#),
    ];
    assert!(tab.contains(&recovered.concat()), "{tab}");
    assert!(tab.ends_with(r#"},"weaknesses":[]}"#), "{tab}");
    assert!(lines.next().is_some() && lines.next().is_none());
}

#[test]
fn inspect_accepts_any_bytes_in_base64() {
    let mut command = keypair();
    let input = format!("{}\n//79\n***\n", base64_of(ED25519.as_bytes()));
    let answers = lines(&feed(command.args(["inspect", "--base64"]), input.as_bytes()));
    assert_eq!(answers[0]["import"]["ok"], true);
    assert_eq!(answers[1]["import"]["code"], "not_utf8");
    assert_eq!(answers[1]["nova"]["ok"], false);
    assert_eq!(answers[2]["import"]["code"], "base64");
}

#[test]
fn inspect_looks_keys_up_in_a_blocklist() {
    let folder = TempDir::new("inspect_looks_keys_up_in_a_blocklist");
    let key = PublicKey::parse(ED25519).unwrap();
    let list = folder.0.join("blocklist.dat");
    std::fs::write(&list, [&number_hash(&key)[..], &[12]].concat()).unwrap();
    let inspect = |list: &std::path::Path, input: &str| {
        feed(keypair().args(["inspect", "--blocklist"]).arg(list), input.as_bytes())
    };
    let output = inspect(&list, &format!("{ED25519}\n{}\nnonsense\n", ED25519.replace("FtV", "FtU")));
    let answers = lines(&output);
    assert_eq!(answers[0]["weaknesses"], json!(["compromised"]));
    let printed = str::from_utf8(&output.stdout).unwrap();
    assert!(printed.lines().next().unwrap().ends_with(r#","weaknesses":["compromised"],"blocklist":{"source":12}}"#));
    for other in &answers[1..] {
        assert_eq!((&other["weaknesses"], other.get("blocklist")), (&json!([]), None));
    }
    // Without the option nothing changes.
    assert_eq!(lines(&feed(keypair().arg("inspect"), ED25519.as_bytes()))[0].get("blocklist"), None);

    for (bytes, code) in [
        (vec![], "[blocklist_empty]"),
        (vec![0; 31], "[blocklist_length]"),
        ([[2; 16], [1; 16]].concat(), "[blocklist_unsorted]"),
    ] {
        std::fs::write(&list, bytes).unwrap();
        let output = inspect(&list, ED25519);
        failure(&output, 1, code);
        assert_eq!(output.stdout, b"");
    }
    failure(&inspect(&folder.0.join("none"), ED25519), 1, "cannot read");
}

#[test]
fn inspect_prints_the_pairs_of_lines_that_share_a_prime() {
    let [p, q, r, s] = shared_primes::primes();
    let [pq, pr, qs] = [(&p, &q), (&p, &r), (&q, &s)].map(|(a, b)| shared_primes::rsa_key(&(a * b), &[1, 0, 1]));
    let input = format!("{pq} a\n# a comment\n{ED25519}\n \"{pr} b\"\n{qs}\n{pq} again\n");
    let mut command = keypair();
    let output = feed(command.args(["inspect", "--shared-primes"]), input.as_bytes());
    let pair = |lines: [usize; 2], keys: [&PublicKey; 2]| {
        let [a, b] = keys.map(PublicKey::sha256_fingerprint);
        let [first, second] = lines;
        format!(r#"{{"shared_prime":{{"lines":[{first},{second}],"sha256":["{a}","{b}"]}}}}"#)
    };
    let expected =
        [pair([1, 4], [&pq, &pr]), pair([1, 5], [&pq, &qs]), pair([4, 6], [&pr, &pq]), pair([5, 6], [&qs, &pq])];
    assert_eq!(str::from_utf8(&output.stdout).unwrap().lines().collect::<Vec<_>>(), expected);
    assert!(output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("compared 4 RSA keys; 1 of 6 lines are not public keys"), "{stderr}");
    assert!(stderr.contains("line 2"), "{stderr}");

    // The same lines in base64.
    let encoded: String = input.lines().map(|line| base64_of(line.as_bytes()) + "\n").collect();
    let mut command = keypair();
    let in_base64 = feed(command.args(["inspect", "--shared-primes", "--base64"]), encoded.as_bytes());
    assert_eq!(in_base64.stdout, output.stdout);
    let sound = feed(keypair().args(["inspect", "--shared-primes"]), format!("{pr}\n{qs}\n").as_bytes());
    assert_eq!(lines(&sound).len(), 0);
    failure(&feed(keypair().args(["inspect", "--shared-primes", "--blocklist", "x"]), b""), 2, "omit --blocklist");
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}
