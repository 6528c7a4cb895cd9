//! The crate as a command-line program.
//!
//! ```text
//! cargo run --release --example keypair -- create my-key --out ~/.ssh
//! cargo run --release --example keypair -- import my-key ~/.ssh/id_ed25519.pub
//! cargo run --release --example keypair -- post < request.json
//! cargo run --release --example keypair -- inspect ~/.ssh/id_rsa.pub
//! ```

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lexopt::prelude::*;
use nova_keypair::os_keypairs::{Context, Reply, Request};
use nova_keypair::{
    Algorithm, Batch, Blocklist, Error, GenerateError, GeneratedKeypair, ImportPolicy, KeySpec, KeypairName,
    Microversion, NameError, OsRng, PrivateKey, PrivateKeyError, PrivateKeyFormat, PublicKey, PublicKeyError,
    PublicKeyErrorKind, Recovered, RequestError, create_many, import,
    nova::{self, Verdict},
    weakness::shared_primes,
};
#[cfg(feature = "rayon")]
use rayon::prelude::*;
use serde_json::json;
use zeroize::Zeroizing;

const USAGE: &str = "\
usage: keypair create NAME [--type rsa|ed25519] [--bits 2048|3072|4096] [--format openssh|pkcs1|pkcs8]
                           [--comment TEXT] [--seed BASE64] [--user-id ID] [--out DIR] [--count N]
       keypair import NAME [FILE|-] [--user-id ID]
       keypair post [--user-id ID] [--existing NAME]... [--microversion 2.N]
       keypair inspect [--base64] [--blocklist LIST] [FILE|-]
       keypair inspect [--base64] --shared-primes [FILE|-]

create   generates a key pair and prints the response body; --out also writes DIR/NAME and DIR/NAME.pub;
         --count N generates NAME-1 to NAME-N and prints one body per line
import   validates a public key and prints the response body
post     answers request bodies in JSON from standard input, each with a status and a body on one line
inspect  prints for each line the answers of import and of Nova, and the weaknesses of the key; --blocklist also
         looks it up in badkeys' blocklist.dat; --shared-primes prints instead each pair of lines whose RSA keys share
         a prime";

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A reader that closes the pipe (`| head`) is not a failure.
            if failure.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
                return ExitCode::SUCCESS;
            }
            match code(&*failure) {
                Some(code) => eprintln!("keypair: {failure} [{code}]"),
                None => eprintln!("keypair: {failure}"),
            }
            if failure.is::<lexopt::Error>() {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
            ExitCode::FAILURE
        }
    }
}

/// Returns the code of an error of the library.
fn code(failure: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let code = failure.downcast_ref::<Error>().map(Error::code);
    code.or_else(|| failure.downcast_ref::<NameError>().map(NameError::code))
        .or_else(|| failure.downcast_ref::<GenerateError>().map(|error| error.code()))
        .or_else(|| failure.downcast_ref::<PrivateKeyError>().map(PrivateKeyError::code))
        .or_else(|| failure.downcast_ref::<RequestError>().map(|error| error.code()))
}

fn run() -> Result<(), Failure> {
    let mut arguments = lexopt::Parser::from_env();
    match arguments.next()? {
        Some(Value(command)) => match command.to_str() {
            Some("create") => Create::parse(arguments)?.run(),
            Some("import") => run_import(arguments),
            Some("post") => run_post(arguments),
            Some("inspect") => run_inspect(arguments),
            _ => Err(lexopt::Error::from(format!("unknown command {command:?}")).into()),
        },
        Some(Long("help") | Short('h')) => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(other.unexpected().into()),
        None => Err(lexopt::Error::from("a command is missing").into()),
    }
}

/// Arguments of `create`.
#[derive(Default)]
struct Create {
    name: String,
    key: KeySpec,
    format: PrivateKeyFormat,
    comment: Option<String>,
    seed: Option<Zeroizing<Vec<u8>>>,
    user_id: String,
    out: Option<PathBuf>,
    count: Option<usize>,
}

impl Create {
    fn parse(mut arguments: lexopt::Parser) -> Result<Self, Failure> {
        let mut create = Self::default();
        let (mut name, mut key_type, mut bits) = (None, None, None);
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("type") => key_type = Some(arguments.value()?.string()?),
                Long("bits") => bits = Some(arguments.value()?.parse()?),
                Long("format") => create.format = parse_format(&arguments.value()?.string()?)?,
                Long("comment") => create.comment = Some(arguments.value()?.string()?),
                Long("seed") => create.seed = Some(parse_seed(&Zeroizing::new(arguments.value()?.string()?))?),
                Long("user-id") => create.user_id = arguments.value()?.string()?,
                Long("out") => create.out = Some(arguments.value()?.into()),
                Long("count") => create.count = Some(arguments.value()?.parse()?),
                Value(value) if name.is_none() => name = Some(value.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        create.name = name.ok_or_else(|| lexopt::Error::from("the NAME is missing"))?;
        create.key = parse_key_spec(key_type.as_deref().unwrap_or("rsa"), bits)?;
        if create.format == PrivateKeyFormat::Pkcs1 && create.key.algorithm() != Algorithm::Rsa {
            return Err(lexopt::Error::from("--format pkcs1 is for RSA keys only: use openssh or pkcs8").into());
        }
        if create.count.is_some() && create.seed.is_some() {
            return Err(lexopt::Error::from("--seed gives a single key: omit --count").into());
        }
        Ok(create)
    }

    fn run(self) -> Result<(), Failure> {
        let name = client_name(&self.name)?;
        let Some(count) = self.count else {
            let private_key = match &self.seed {
                Some(seed) => PrivateKey::from_seed(seed, self.key)?,
                None => PrivateKey::generate(self.key, &mut OsRng)?,
            };
            return self.deliver(&name, private_key, serde_json::to_string_pretty);
        };

        let names = (1..=count).map(|i| client_name(&format!("{name}-{i}"))).collect::<Result<Vec<_>, _>>()?;
        // Fail before the work rather than after it.
        self.out.iter().try_for_each(|dir| names.iter().try_for_each(|name| reject_existing(dir, name)))?;
        for GeneratedKeypair { keypair, private_key } in generate(create_many(names, self.key, &mut OsRng)?)? {
            self.deliver(&keypair.name, private_key, serde_json::to_string)?;
        }
        Ok(())
    }

    /// Writes the files first, so that everything that is printed has been saved.
    fn deliver(
        &self,
        name: &KeypairName,
        mut private_key: PrivateKey,
        to_json: fn(&nova_keypair::os_keypairs::Body) -> serde_json::Result<String>,
    ) -> Result<(), Failure> {
        if let Some(comment) = &self.comment {
            private_key.set_comment(comment)?;
        }
        if let Some(dir) = &self.out {
            write_pair(dir, name, &private_key.to_format(self.format)?, &private_key.public_key().to_openssh())?;
        }
        let generated = GeneratedKeypair::new(name, private_key);
        let reply = Reply::created(generated, &self.user_id, Microversion::default(), self.format);
        let body = Zeroizing::new(to_json(reply.body())?);
        writeln!(io::stdout(), "{}", *body)?;
        Ok(())
    }
}

/// Validates a name by the rule of microversion 2.92, from which on clients generate their keys.
fn client_name(name: &str) -> Result<KeypairName, NameError> {
    KeypairName::for_microversion(name, Microversion::V2_92)
}

/// Generates all key pairs, on all cores with the feature `rayon`, and draws a progress bar.
fn generate(batch: Batch) -> Result<Vec<GeneratedKeypair>, GenerateError> {
    let (count, done) = (batch.len(), AtomicUsize::new(0));
    #[cfg(feature = "rayon")]
    let batch = batch.into_par_iter();
    batch.inspect(|_| draw_progress(done.fetch_add(1, Ordering::Relaxed) + 1, count)).collect()
}

fn parse_key_spec(key_type: &str, bits: Option<u32>) -> Result<KeySpec, Failure> {
    match key_type {
        "rsa" => Ok(bits.map(KeySpec::from_rsa_bits).transpose()?.unwrap_or_default()),
        "ed25519" if bits.is_some() => Err(lexopt::Error::from("--bits is for --type rsa only: omit it").into()),
        #[cfg(feature = "ed25519")]
        "ed25519" => Ok(KeySpec::Ed25519),
        #[cfg(not(feature = "ed25519"))]
        "ed25519" => Err("--type ed25519 needs the feature `ed25519`, which this program was built without".into()),
        _ => Err(lexopt::Error::from(format!("unknown key type {key_type:?}: use rsa or ed25519")).into()),
    }
}

fn parse_format(text: &str) -> Result<PrivateKeyFormat, lexopt::Error> {
    text.parse().map_err(|_| format!("unknown format {text:?}: use openssh, pkcs1 or pkcs8").into())
}

fn parse_seed(base64: &str) -> Result<Zeroizing<Vec<u8>>, lexopt::Error> {
    // The decoder's own message would quote a character of the seed.
    let seed =
        BASE64_STANDARD.decode(base64).map_err(|_| "the seed is not base64: write its bytes in base64, padded")?;
    Ok(Zeroizing::new(seed))
}

fn draw_progress(done: usize, count: usize) {
    const WIDTH: usize = 40;
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        let filled = WIDTH * done / count.max(1);
        let end = if done == count { "\n" } else { "" };
        // A terminal that no longer exists does not stop the work.
        _ = write!(stderr, "\r[{}{}] {done}/{count}{end}", "#".repeat(filled), "-".repeat(WIDTH - filled));
    }
}

fn paths(dir: &Path, name: &KeypairName) -> (PathBuf, PathBuf) {
    (dir.join(name.as_str()), dir.join(format!("{name}.pub")))
}

fn reject_existing(dir: &Path, name: &KeypairName) -> Result<(), Failure> {
    let (private, public) = paths(dir, name);
    match [private, public].into_iter().find(|path| path.symlink_metadata().is_ok()) {
        Some(path) => Err(format!("{} exists: move it away, or choose another name", path.display()).into()),
        None => Ok(()),
    }
}

/// Writes both files or none, and never over an existing one.
fn write_pair(dir: &Path, name: &KeypairName, private_key: &str, public_key: &str) -> Result<(), Failure> {
    reject_existing(dir, name)?;
    let (private, public) = paths(dir, name);
    write_new(&private, 0o600, private_key)?;
    write_new(&public, 0o644, &format!("{public_key}\n")).inspect_err(|_| _ = fs::remove_file(&private))
}

/// Writes the whole file or nothing.
fn write_new(path: &Path, mode: u32, text: &str) -> Result<(), Failure> {
    let explain = |error: io::Error| format!("cannot write {}: {error}", path.display());
    // `create_new` also fails for a file that was created after the check.
    let mut file = create(path, mode).map_err(explain)?;
    // From here on this process owns the file and may remove it.
    Ok(file.write_all(text.as_bytes()).inspect_err(|_| _ = fs::remove_file(path)).map_err(explain)?)
}

fn create(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

fn run_import(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let (mut name, mut file, mut user_id) = (None, None, String::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("user-id") => user_id = arguments.value()?.string()?,
            Value(value) if name.is_none() => name = Some(value.string()?),
            Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let name = name.ok_or_else(|| lexopt::Error::from("the NAME is missing"))?;
    let name = client_name(&name)?;
    let mut bytes = Vec::new();
    open(file.as_deref())?.read_to_end(&mut bytes)?;
    let public_key = String::from_utf8(bytes).map_err(|_| "the public key is not UTF-8: save it as plain text")?;
    let reply = Reply::imported(import(&name, &public_key)?, &user_id, Microversion::default());
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(reply.body())?)?;
    Ok(())
}

fn run_post(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let (mut user_id, mut microversion, mut existing) = (String::new(), Microversion::default(), Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("user-id") => user_id = arguments.value()?.string()?,
            Long("existing") => existing.push(arguments.value()?.string()?),
            Long("microversion") => microversion = arguments.value()?.string()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let mut taken: HashSet<(String, String)> = existing.into_iter().map(|name| (user_id.clone(), name)).collect();
    let context = Context::new(user_id).microversion(microversion);
    let mut answer = |request: Result<Request, serde_json::Error>| -> Result<(), Failure> {
        let reply = match request {
            Ok(request) => {
                let exists = |user_id: &str, name: &str| taken.contains(&(user_id.to_owned(), name.to_owned()));
                match request.check(&context) {
                    Ok(checked) if exists(checked.user_id(), checked.name().as_str()) => checked.conflict(),
                    Ok(checked) => checked.create(&mut OsRng),
                    Err(rejection) => rejection,
                }
            }
            Err(error) if error.to_string().starts_with("control character") => {
                Reply::malformed(&format!("{error}, write \\n for a line end within a string"))
            }
            Err(error) => Reply::malformed(&error.to_string()),
        };
        if let (Some(keypair), Some(user_id)) = (reply.keypair(), reply.user_id()) {
            taken.insert((user_id.to_owned(), keypair.name.as_str().to_owned()));
        }
        let line = Zeroizing::new(serde_json::to_string(&reply)?);
        writeln!(io::stdout(), "{}", *line)?;
        Ok(())
    };

    let mut bodies = Bodies { input: io::stdin().lock(), buffer: Vec::new(), ended: false, is_broken: false };
    let mut answered = false;
    while let Some(request) = bodies.next()? {
        answer(request)?;
        answered = true;
    }
    // An empty input is a request with an empty body.
    if answered { Ok(()) } else { answer(serde_json::from_slice(b"")) }
}

/// Reads JSON bodies one after another, each as soon as it is complete. A body may span lines.
struct Bodies<I> {
    input: I,
    buffer: Vec<u8>,
    ended: bool,
    /// Whether the last body was malformed, so that more of it may follow.
    is_broken: bool,
}

impl<I: BufRead> Bodies<I> {
    fn next(&mut self) -> io::Result<Option<Result<Request, serde_json::Error>>> {
        self.skip_rest_of_broken()?;
        loop {
            let blank = self.buffer.len() - self.buffer.trim_ascii_start().len();
            self.buffer.drain(..blank);
            let mut bodies = serde_json::Deserializer::from_slice(&self.buffer).into_iter();
            match bodies.next() {
                Some(Ok(request)) => {
                    let end = bodies.byte_offset();
                    self.buffer.drain(..end);
                    return Ok(Some(Ok(request)));
                }
                // A line end within a string: the body goes on after it, and gets one answer.
                Some(Err(error)) if error.to_string().starts_with("control character") => {
                    self.skip_body_with_line_ends()?;
                    return Ok(Some(Err(error)));
                }
                // Drop the line on which the malformed body starts: the next one may start a valid body.
                Some(Err(error)) if self.ended || !error.is_eof() => {
                    self.is_broken = self.buffer.starts_with(b"{") || self.buffer.starts_with(b"[");
                    self.drop_line();
                    return Ok(Some(Err(error)));
                }
                None if self.ended => return Ok(None),
                Some(Err(_)) | None => self.read_line()?,
            }
        }
    }

    /// Drops a body that has line ends within its strings, or its first line if no body comes of it.
    fn skip_body_with_line_ends(&mut self) -> io::Result<()> {
        loop {
            let repaired = without_controls_in_strings(&self.buffer);
            let mut bodies = serde_json::Deserializer::from_slice(&repaired).into_iter::<Request>();
            match bodies.next() {
                Some(Ok(_)) => {
                    let end = bodies.byte_offset();
                    self.buffer.drain(..end);
                    return Ok(());
                }
                Some(Err(error)) if error.is_eof() && !self.ended => self.read_line()?,
                _ => {
                    self.is_broken = self.buffer.starts_with(b"{") || self.buffer.starts_with(b"[");
                    self.drop_line();
                    return Ok(());
                }
            }
        }
    }

    /// Drops the other lines of a malformed object or array, so that it gets one answer: those that are indented or
    /// start with a closing bracket.
    fn skip_rest_of_broken(&mut self) -> io::Result<()> {
        while self.is_broken {
            if self.buffer.is_empty() && !self.ended {
                self.read_line()?;
            }
            self.is_broken = matches!(self.buffer.first(), Some(b' ' | b'\t' | b'}' | b']'));
            if self.is_broken {
                self.drop_line();
            }
        }
        Ok(())
    }

    fn read_line(&mut self) -> io::Result<()> {
        self.ended = self.input.read_until(b'\n', &mut self.buffer)? == 0;
        Ok(())
    }

    fn drop_line(&mut self) {
        let end = self.buffer.iter().position(|&b| b == b'\n').map_or(self.buffer.len(), |newline| newline + 1);
        self.buffer.drain(..end);
    }
}

/// Replaces the control characters within the strings of a JSON text by spaces.
fn without_controls_in_strings(json: &[u8]) -> Vec<u8> {
    let (mut in_string, mut is_escaped) = (false, false);
    let replace = |&byte: &u8| {
        let is_control = in_string && byte < b' ';
        match byte {
            _ if is_escaped => is_escaped = false,
            b'"' => in_string = !in_string,
            b'\\' => is_escaped = in_string,
            _ => {}
        }
        if is_control { b' ' } else { byte }
    };
    json.iter().map(replace).collect()
}

fn run_inspect(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let (mut base64, mut list, mut pairs, mut file) = (false, None, false, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("base64") => base64 = true,
            Long("blocklist") => list = Some(PathBuf::from(arguments.value()?)),
            Long("shared-primes") => pairs = true,
            Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    if pairs && list.is_some() {
        return Err(lexopt::Error::from("--shared-primes looks nothing up: omit --blocklist").into());
    }
    let list = list.map(|path| fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display())));
    let list = list.transpose()?;
    let blocklist = list.as_deref().map(Blocklist::new).transpose().map_err(Error::from)?;
    let lines = Lines { input: open(file.as_deref())?, base64, buffer: Vec::new() };
    if pairs { print_shared_primes(lines) } else { print_answers(lines, blocklist.as_ref()) }
}

/// The lines of the input, without their ends.
struct Lines {
    input: Box<dyn BufRead>,
    base64: bool,
    buffer: Vec<u8>,
}

impl Lines {
    /// Reads the next line: its bytes, or those that its base64 encodes.
    fn next(&mut self) -> io::Result<Option<Result<Vec<u8>, base64::DecodeError>>> {
        self.buffer.clear();
        if self.input.read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        let text = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        Ok(Some(if self.base64 { BASE64_STANDARD.decode(text) } else { Ok(text.to_vec()) }))
    }
}

fn print_answers(mut lines: Lines, blocklist: Option<&Blocklist<'_>>) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    while let Some(line) = lines.next()? {
        let answer = match line {
            Ok(bytes) => inspect(&bytes, blocklist),
            Err(error) => rejected_on_both_sides("base64", &format!("the line is not base64 ({error})"), None),
        };
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
    Ok(())
}

/// Compares the RSA keys of any length, and prints a line for each pair that shares a prime. Lines that are not keys are
/// reported on standard error, because a prime they share would be missed.
fn print_shared_primes(mut lines: Lines) -> Result<(), Failure> {
    let (mut keys, mut numbers, mut count, mut unread) = (Vec::new(), Vec::new(), 0, Vec::new());
    while let Some(line) = lines.next()? {
        count += 1;
        let text = line.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match text.map(|text| PublicKey::recover_with(&text, &ImportPolicy::nova())) {
            Some(Ok(key)) => {
                keys.push(key.key);
                numbers.push(count);
            }
            _ => unread.push(count),
        }
    }
    let mut stdout = io::stdout().lock();
    for (first, second) in shared_primes(&keys) {
        let [a, b] = [first, second].map(|index| keys[index].sha256_fingerprint());
        let pair = json!({ "shared_prime": { "lines": [numbers[first], numbers[second]], "sha256": [a, b] } });
        writeln!(stdout, "{pair}")?;
    }
    let rsa = keys.iter().filter(|key| key.algorithm() == Algorithm::Rsa).count();
    eprintln!("keypair: compared {rsa} RSA keys; {} of {count} lines are not public keys", unread.len());
    if let Some(first) = unread.first() {
        eprintln!("keypair: the first of these is line {first}: see why with `inspect`, without --shared-primes");
    }
    Ok(())
}

fn inspect(line: &[u8], blocklist: Option<&Blocklist<'_>>) -> serde_json::Value {
    let Ok(text) = str::from_utf8(line) else { return inspect_bytes(line) };
    let key = text.parse::<PublicKey>();
    let scan = |key| blocklist.map_or_else(|| PublicKey::weaknesses(key), |list| key.weaknesses_with(list));
    let weaknesses = key.as_ref().map(scan).unwrap_or_default();
    let import = match &key {
        Ok(key) => json!({
            "ok": true, "algorithm": key.algorithm(), "bits": key.bits(), "comment": key.comment(),
            "fingerprint": key.fingerprint(), "sha256": key.sha256_fingerprint(),
        }),
        Err(error) => {
            let rejection = rejection(error.code(), &error.to_string(), error.position());
            with_recovered(rejection, PublicKey::recover(text))
        }
    };
    let nova = match nova::verdict(text) {
        Verdict::Accepted { fingerprint } => json!({ "ok": true, "fingerprint": fingerprint }),
        Verdict::Refused { message, reason } => rejection(reason.code(), message, None),
    };
    let mut answer = json!({ "import": import, "nova": nova, "weaknesses": weaknesses });
    let source = blocklist.zip(key.as_ref().ok()).and_then(|(list, key)| key.blocklist_source(list));
    if let Some(source) = source {
        answer["blocklist"] = json!({ "source": source });
    }
    answer
}

/// Rejects bytes that are not UTF-8 on both sides.
fn inspect_bytes(bytes: &[u8]) -> serde_json::Value {
    let position = str::from_utf8(bytes).err().map(|error| error.valid_up_to());
    let not_utf8 = rejection("not_utf8", "the line is not UTF-8: save it as plain text", position);
    let recovered = PublicKey::recover_bytes(bytes);
    let import = match &recovered {
        Err(error) if matches!(error.kind(), PublicKeyErrorKind::IsPrivateKey) => {
            rejection(error.code(), &error.to_string(), error.position())
        }
        _ => with_recovered(not_utf8.clone(), recovered),
    };
    json!({ "import": import, "nova": not_utf8, "weaknesses": [] })
}

/// Adds the key that was meant, if that is certain. There is none in a text with a private key.
fn with_recovered(mut rejection: serde_json::Value, recovered: Result<Recovered, PublicKeyError>) -> serde_json::Value {
    if let Ok(Recovered { key, repairs, .. }) = recovered {
        let repairs: Vec<&str> = repairs.iter().map(|repair| repair.reading().as_str()).collect();
        rejection["recovered"] =
            json!({ "line": key.to_openssh(), "fingerprint": key.fingerprint(), "repairs": repairs });
    }
    rejection
}

fn rejection(code: &str, message: &str, position: Option<usize>) -> serde_json::Value {
    let mut rejection = json!({ "ok": false, "code": code, "message": message });
    if let Some(position) = position {
        rejection["position"] = position.into();
    }
    rejection
}

fn rejected_on_both_sides(code: &str, message: &str, position: Option<usize>) -> serde_json::Value {
    let rejection = rejection(code, message, position);
    json!({ "import": rejection, "nova": rejection, "weaknesses": [] })
}

/// Opens a file, or standard input for `-` or no file.
fn open(file: Option<&Path>) -> Result<Box<dyn BufRead>, Failure> {
    match file.filter(|file| *file != Path::new("-")) {
        None => Ok(Box::new(io::stdin().lock())),
        Some(file) => {
            let opened = File::open(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
            Ok(Box::new(io::BufReader::new(opened)))
        }
    }
}
