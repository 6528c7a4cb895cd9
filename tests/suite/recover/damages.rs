//! The ways in which keys are damaged on their way, each as a function of the text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::formats::{
    blob, characters, escape, fields, fold, hex, hexdump, jwk, parts, pem, percent, pkcs1, quoted_printable, rfc4716,
    spki, utf16, with_base64, wrap, xml, xxd,
};

/// What a kind of damage changes. A text suffers them in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Layer {
    /// Another format of the key; only lines are changed.
    Format,
    /// The parts of the line; only lines are changed.
    Line,
    /// What is around the line, and where it is broken.
    Layout,
    /// The characters.
    Transport,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Damage {
    pub(super) name: &'static str,
    pub(super) layer: Layer,
    /// The identifiers of the readings of which the repairs must contain one.
    pub(super) readings: &'static [&'static str],
    /// Returns the damaged text, or nothing if this text cannot be damaged in this way.
    pub(super) apply: fn(&str) -> Option<Vec<u8>>,
}

macro_rules! damages {
    ($( $Layer:ident $name:literal [$($reading:literal)+] |$text:ident| $body:expr; )+) => {
        pub(super) const DAMAGES: &[Damage] = &[$( Damage {
            name: $name,
            layer: Layer::$Layer,
            readings: &[$($reading),+],
            apply: {
                fn apply($text: &str) -> Option<Vec<u8>> {
                    IntoText::into_text($body)
                }
                apply
            },
        } ),+];
    };
}

trait IntoText {
    fn into_text(self) -> Option<Vec<u8>>;
}

impl IntoText for String {
    fn into_text(self) -> Option<Vec<u8>> {
        Some(self.into_bytes())
    }
}

impl IntoText for Vec<u8> {
    fn into_text(self) -> Option<Vec<u8>> {
        Some(self)
    }
}

impl<T: IntoText> IntoText for Option<T> {
    fn into_text(self) -> Option<Vec<u8>> {
        self?.into_text()
    }
}

/// Inserts `what` after each of the first `count` groups of 20 characters of the base64.
fn insert(line: &str, what: &str, count: usize) -> Option<String> {
    let base64 = parts(line)?[1];
    let pieces = fold(base64, 20, "\0").replacen('\0', what, count).replace('\0', "");
    with_base64(line, &pieces)
}

/// Replaces the characters of the base64.
fn replaced(line: &str, from: &[char], to: impl Fn(char) -> char) -> Option<String> {
    let base64 = parts(line)?[1];
    let changed: String = base64.chars().map(|c| if from.contains(&c) { to(c) } else { c }).collect();
    (changed != base64).then(|| with_base64(line, &changed))?
}

fn full_width(c: char) -> char {
    match c {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap(),
        _ => c,
    }
}

/// Returns the mathematical letter or digit of the alphabet whose `A` and `0` are these.
fn monospace(c: char, a: u32, zero: u32) -> char {
    let code = c as u32;
    let code = match c {
        'A'..='Z' => a + code - 0x41,
        'a'..='z' => a + 26 + code - 0x61,
        '0'..='9' => zero + code - 0x30,
        _ => code,
    };
    char::from_u32(code).unwrap()
}

/// Puts `name` in place of the type.
fn renamed(line: &str, name: impl Fn(&str) -> Option<String>) -> Option<String> {
    let [old, base64, comment] = parts(line)?;
    let new = name(old)?;
    (new != old).then(|| format!("{new} {base64} {comment}").trim_end().to_owned())
}

fn separated(line: &str, type_separator: &str, comment_separator: &str) -> Option<String> {
    let [name, base64, comment] = parts(line)?;
    let comment_separator = if comment.is_empty() { "" } else { comment_separator };
    Some(format!("{name}{type_separator}{base64}{comment_separator}{comment}"))
}

/// Prefixes every line.
fn prefixed(text: &str, prefix: &str) -> String {
    text.lines().map(|line| format!("{prefix}{line}\n")).collect()
}

damages! {
    // ---- Other formats of the key.
    Format "RFC 4716" ["rfc4716"] |t| rfc4716(t);
    Format "RFC 4716 without line ends" ["rfc4716"] |t| Some(rfc4716(t)?.replace('\n', ""));
    Format "SPKI PEM" ["spki"] |t| Some(pem("PUBLIC KEY", &spki(&blob(t)?)?));
    Format "PKCS#1 PEM" ["pkcs1"] |t| Some(pem("RSA PUBLIC KEY", &pkcs1(&blob(t)?)?));
    Format "SPKI after the type" ["spki"] |t| with_base64(t, &STANDARD.encode(spki(&blob(t)?)?));
    Format "bare SPKI" ["spki"] |t| Some(STANDARD.encode(spki(&blob(t)?)?));
    Format "PKCS#1 after the type" ["pkcs1"] |t| with_base64(t, &STANDARD.encode(pkcs1(&blob(t)?)?));
    Format "bare PKCS#1" ["pkcs1"] |t| Some(STANDARD.encode(pkcs1(&blob(t)?)?));
    Format "blob in hexadecimal after the type" ["hexadecimal"] |t| with_base64(t, &hex(&blob(t)?));
    Format "blob in hexadecimal" ["hexadecimal"] |t| Some(hex(&blob(t)?));
    Format "blob in hexadecimal, 0x" ["hexadecimal"] |t| Some(format!("0x{}", hex(&blob(t)?).to_uppercase()));
    Format "blob in hexadecimal, colons" ["hexadecimal"] |t| Some(wrap(&hex(&blob(t)?), 2, ":"));
    Format "JWK" ["jwk"] |t| jwk(&blob(t)?);
    Format "XML" ["xml_key"] |t| xml(&blob(t)?);
    Format "n before e" ["swapped_numbers"] |t| {
        match fields(&blob(t)?)?[..] {
            [name @ b"ssh-rsa", e, n] => with_base64(t, crate::support::line_of(&[name, n, e]).split_once(' ')?.1),
            _ => None,
        }
    };

    // ---- The line itself.
    Line "type missing" ["type_missing"] |t| Some(separated(t, "\0", " ")?.split_once('\0')?.1.to_owned());
    Line "type and comment missing" ["type_missing"] |t| Some(parts(t)?[1].to_owned());
    Line "type twice" ["type_repeated"] |t| Some(format!("{} {t}", parts(t)?[0]));
    Line "type three times" ["type_repeated"] |t| Some(format!("{0} {0} {t}", parts(t)?[0]));
    Line "type in upper case" ["type_case"] |t| renamed(t, |name| Some(name.to_uppercase()));
    Line "type with a capital" ["type_case"] |t| renamed(t, |name| Some(format!("S{}", name.strip_prefix('s')?)));
    Line "last letter of the type lost" ["wrong_type"] |t| renamed(t, |name| Some(name[..name.len() - 1].to_owned()));
    Line "first letter of the type lost" ["wrong_type"] |t| renamed(t, |name| Some(name[1..].to_owned()));
    Line "type with an underscore" ["wrong_type"] |t| renamed(t, |name| Some(name.replacen('-', "_", 1)));
    Line "type with a space for its hyphen" ["wrong_type" "text_before"] |t|
        renamed(t, |name| Some(name.replacen('-', " ", 1)));
    Line "type without its hyphen" ["wrong_type"] |t| renamed(t, |name| Some(name.replacen('-', "", 1)));
    Line "type with swapped letters" ["wrong_type"] |t| renamed(t, |name| {
        let (hyphen, after) = (name.find('-')?, &name[name.find('-')? + 1..]);
        let mut letters = after.chars();
        let (first, second) = (letters.next()?, letters.next()?);
        Some(format!("{}{second}{first}{}", &name[..=hyphen], letters.as_str()))
    });
    Line "short type" ["wrong_type" "text_before"] |t| renamed(t, |name| Some(name.strip_prefix("ssh-")?.to_owned()));
    Line "type of another key" ["wrong_type"] |t|
        renamed(t, |name| Some(if name == "ssh-rsa" { "ssh-ed25519" } else { "ssh-rsa" }.to_owned()));
    Line "type of a signature" ["wrong_type"] |t| renamed(t, |name| (name == "ssh-rsa").then(|| "rsa-sha2-256".into()));
    Line "type of a certificate" ["wrong_type" "certificate"] |t|
        renamed(t, |name| Some(format!("{}-cert-v01@openssh.com", name.strip_suffix("@openssh.com").unwrap_or(name))));
    Line "no space after the type" ["type_separator"] |t| separated(t, "", " ");
    // Only padding, or the key itself, tells where a key ends: not a comment that could make up for lost letters.
    Line "no space before the comment" ["comment_separator"] |t| {
        let [_, base64, comment] = parts(t)?;
        (!comment.is_empty() && base64.ends_with('=')).then(|| separated(t, " ", ""))?
    };
    Line "tabs" ["type_separator"] |t| separated(t, "\t", "\t");
    Line "two spaces" ["type_separator"] |t| separated(t, "  ", "  ");
    Line "commas" ["type_separator"] |t| separated(t, ",", ",");
    Line "commas and spaces" ["type_separator"] |t| separated(t, ", ", ", ");
    Line "semicolons" ["type_separator"] |t| separated(t, ";", ";");
    Line "colon after the type" ["type_separator" "wrong_type"] |t| separated(t, ": ", " ");
    Line "bars" ["type_separator"] |t| separated(t, "|", "|");
    Line "line ends" ["type_separator" "line_breaks"] |t| separated(t, "\n", "\n");
    Line "line end after the type" ["type_separator" "line_breaks"] |t| separated(t, "\n", " ");
    Line "backslash after the type" ["type_separator" "line_breaks"] |t| separated(t, " \\\n  ", " \\\n  ");
    Line "no-break spaces" ["type_separator" "invisible_characters" "full_width"] |t| separated(t, "\u{a0}", "\u{a0}");
    Line "quotation marks around the base64" ["quotes" "type_separator" "line_breaks"] |t|
        with_base64(t, &format!("\"{}\"", parts(t)?[1]));
    Line "comment first" ["text_before" "known_hosts"] |t| {
        let [name, base64, _] = parts(t)?;
        Some(format!("me@host {name} {base64}"))
    };
    Line "lost padding" ["padding"] |t| {
        let base64 = parts(t)?[1];
        base64.ends_with('=').then(|| with_base64(t, base64.trim_end_matches('=')))?
    };
    Line "half of the padding" ["padding"] |t| {
        let base64 = parts(t)?[1];
        base64.ends_with("==").then(|| with_base64(t, base64.strip_suffix('=')?))?
    };
    Line "too much padding" ["padding"] |t| with_base64(t, &format!("{}==", parts(t)?[1]));
    Line "URL-safe alphabet" ["url_safe_alphabet"] |t|
        replaced(t, &['+', '/'], |c| if c == '+' { '-' } else { '_' });
    Line "URL-safe alphabet without padding" ["url_safe_alphabet"] |t|
        Some(replaced(t, &['+', '/'], |c| if c == '+' { '-' } else { '_' })?.replace('=', ""));
    Line "spaces for +" ["spaces_for_plus"] |t| replaced(t, &['+'], |_| ' ');

    // ---- Where the line is broken.
    Layout "wrapped at 64" ["line_breaks"] |t| wrap(t, 64, "\n");
    Layout "wrapped at 76, CR LF" ["line_breaks"] |t| wrap(t, 56, "\r\n");
    Layout "wrapped, CR" ["line_breaks"] |t| wrap(t, 60, "\r");
    Layout "wrapped and indented" ["line_breaks"] |t| wrap(t, 40, "\n    ");
    Layout "wrapped with empty lines" ["line_breaks"] |t| wrap(t, 60, "\n\n");
    Layout "folded by a terminal" ["line_breaks"] |t| fold(t, 50, "\n");
    Layout "folded, spaces" ["line_breaks" "spaces_for_plus"] |t| (t.len() > 150).then(|| wrap(t, 50, " "));
    Layout "folded, two spaces" ["line_breaks"] |t| wrap(t, 50, "  ");
    Layout "folded, tabs" ["line_breaks"] |t| wrap(t, 50, "\t");
    Layout "continued with backslashes" ["line_breaks" "escapes"] |t| wrap(t, 50, "\\\n");
    Layout "continued with backslashes, indented" ["line_breaks"] |t| wrap(t, 50, " \\\n    ");
    Layout "backslashes alone" ["line_breaks" "escapes"] |t| wrap(t, 50, "\\");
    Layout "backslash n" ["escapes" "line_breaks"] |t| wrap(t, 60, "\\n");
    Layout "backslash r n" ["escapes" "line_breaks"] |t| wrap(t, 60, "\\r\\n");
    Layout "PowerShell continuation" ["line_breaks"] |t| wrap(t, 50, "`\n");
    Layout "strings of a program" ["line_breaks" "quotes"] |t| format!("\"{}\"", wrap(t, 50, "\"\n    \""));
    Layout "strings added with +" ["line_breaks" "quotes"] |t| format!("\"{}\"", fold(t, 60, "\" +\n    \""));
    Layout "strings of a DNS record" ["line_breaks" "quotes"] |t| (t.len() > 255).then(|| format!("\"{}\"", fold(t, 255, "\" \"")));
    Layout "hyphenated" ["line_breaks"] |t| wrap(t, 50, "-\n");

    // ---- What is around the line.
    Layout "indented" ["leading_space"] |t| prefixed(t, "    ");
    Layout "after a tab" ["leading_space"] |t| prefixed(t, "\t");
    Layout "after empty lines" ["leading_space"] |t| format!("\n\n{t}\n\n");
    Layout "double quotes" ["quotes"] |t| format!("\"{t}\"");
    Layout "single quotes" ["quotes"] |t| format!("'{t}'");
    Layout "typographic quotes" ["quotes"] |t| format!("\u{201c}{t}\u{201d}");
    Layout "low quotes" ["quotes"] |t| format!("\u{201e}{t}\u{201c}");
    Layout "guillemets" ["quotes"] |t| format!("\u{ab}{t}\u{bb}");
    Layout "backquotes" ["quotes"] |t| format!("`{t}`");
    Layout "quotes of a cell, doubled" ["quotes"] |t| format!("\"\"{t}\"\"");
    Layout "quotes of a cell, tripled" ["quotes"] |t| format!("\"\"\"{t}\"\"\"");
    Layout "opening quote alone" ["quotes" "text_before"] |t| format!("\"{t}");
    Layout "escaped quotes" ["quotes" "escapes" "text_before"] |t| format!("\\\"{t}\\\"");
    Layout "angle brackets" ["quotes" "text_before" "html_tags"] |t| format!("<{t}>");
    Layout "square brackets" ["quotes" "text_before"] |t| format!("[{t}]");
    Layout "parentheses" ["quotes" "text_before"] |t| format!("({t})");
    Layout "braces" ["quotes" "text_before"] |t| format!("{{{t}}}");
    Layout "list in brackets" ["quotes" "text_before"] |t| format!("[\"{t}\"]");
    Layout "Python bytes" ["quotes" "text_before" "escapes"] |t| format!("b'{t}'");
    Layout "Python bytes with a line end" ["quotes" "text_before" "escapes"] |t| format!("b'{t}\\n'");
    Layout "Python list" ["quotes" "text_before"] |t| format!("['{t}\\n']");
    Layout "list item" ["text_before" "line_prefix"] |t| format!("- {t}");
    Layout "starred item" ["text_before" "line_prefix"] |t| format!("  * {t}");
    Layout "numbered item" ["text_before" "line_prefix"] |t| format!("1. {t}");
    Layout "bullet" ["text_before" "line_prefix"] |t| format!("\u{2022} {t}");
    Layout "task list" ["text_before" "line_prefix"] |t| format!("- [x] {t}");
    Layout "mail quotation" ["text_before" "line_prefix"] |t| format!("> {t}");
    Layout "mail quotation, wrapped" ["line_prefix" "line_breaks"] |t| prefixed(&wrap(t, 60, "\n"), "> ");
    Layout "mail quotation, twice" ["line_prefix" "line_breaks"] |t| prefixed(&wrap(t, 60, "\n"), "> > ");
    Layout "bars before lines" ["line_prefix" "line_breaks"] |t| prefixed(&fold(t, 60, "\n"), "| ");
    Layout "code fence" ["text_before" "quotes"] |t| format!("```\n{t}\n```");
    Layout "code fence with a language" ["text_before" "quotes"] |t| format!("```text\n{t}\n```\n");
    Layout "tilde fence" ["text_before" "quotes"] |t| format!("~~~\n{t}\n~~~");
    Layout "fence on one line" ["text_before" "quotes"] |t| format!("```{t}```");
    Layout "bold" ["text_before" "quotes"] |t| format!("**{t}**");
    Layout "Markdown table" ["text_before"] |t| format!("| key | {t} |");
    Layout "BBCode" ["text_before" "quotes" "html_tags"] |t| format!("[code]{t}[/code]");
    Layout "LaTeX" ["text_before"] |t| format!("\\texttt{{{t}}}");
    Layout "label" ["text_before"] |t| format!("Public key: {t}");
    Layout "label without a space" ["text_before" "known_hosts"] |t| format!("key:{t}");
    Layout "label on its own line" ["text_before"] |t| format!("Public key:\n{t}\n");
    Layout "assignment" ["text_before" "options"] |t| format!("key={t}");
    Layout "assignment with quotes" ["text_before"] |t| format!("SSH_PUBLIC_KEY=\"{t}\"\n");
    Layout "export" ["text_before"] |t| format!("export KEY='{t}'");
    Layout "set" ["text_before"] |t| format!("set KEY={t}");
    Layout "PowerShell variable" ["text_before"] |t| format!("$key = \"{t}\"");
    Layout "PowerShell here-string" ["text_before" "quotes"] |t| format!("$key = @\"\n{t}\n\"@");
    Layout "Terraform" ["text_before"] |t| format!("  public_key = \"{t}\"\n");
    Layout "Terraform here-document" ["text_before"] |t| format!("public_key = <<EOF\n{t}\nEOF\n");
    Layout "Terraform resource" ["text_before"] |t|
        format!("resource \"openstack_compute_keypair_v2\" \"k\" {{\n  name       = \"k\"\n  public_key = \"{t}\"\n}}\n");
    Layout "YAML list" ["text_before"] |t| format!("ssh_authorized_keys:\n  - {t}\n");
    Layout "YAML list with quotes" ["text_before"] |t| format!("ssh_authorized_keys:\n  - \"{t}\"\n");
    Layout "YAML field" ["text_before"] |t| format!("public_key: '{t}'\n");
    Layout "YAML literal block" ["text_before"] |t| format!("public_key: |\n  {t}\n");
    Layout "YAML folded block" ["text_before" "line_breaks"] |t| format!("public_key: >-\n  {}\n", wrap(t, 60, "\n  "));
    Layout "Ansible" ["text_before"] |t| format!("authorized_key: user=me state=present key=\"{t}\"");
    Layout "JSON field" ["text_before"] |t| format!("\"public_key\": \"{t}\",");
    Layout "JSON request" ["text_before"] |t| format!("{{\"keypair\": {{\"name\": \"k\", \"public_key\": \"{t}\"}}}}");
    Layout "JSON request, key first" ["text_before"] |t|
        format!("{{\"keypair\": {{\"public_key\": \"{t}\", \"name\": \"k\", \"type\": \"ssh\"}}}}");
    Layout "JSON of GitHub" ["text_before"] |t|
        format!("[\n  {{\n    \"id\": 1,\n    \"key\": \"{t}\",\n    \"title\": \"laptop\"\n  }}\n]\n");
    Layout "TOML" ["text_before"] |t| format!("[user]\nkeys = [\"{t}\"]\n");
    Layout "INI" ["text_before"] |t| format!("[user]\nkey = {t}\nname = me\n");
    Layout "command" ["text_before"] |t| format!("openstack keypair create --public-key \"{t}\" k");
    Layout "echo" ["text_before"] |t| format!("echo \"{t}\" >> ~/.ssh/authorized_keys");
    Layout "shell session" ["text_before"] |t| format!("$ cat ~/.ssh/id_rsa.pub\n{t}\n$ ");
    Layout "shell session with a prompt" ["text_before"] |t|
        format!("me@laptop:~$ cat .ssh/id_ed25519.pub\n{t}\nme@laptop:~$ exit\n");
    Layout "ssh-keygen -y" ["text_before"] |t| format!("Enter passphrase for \"id\": \n{t}\n");
    Layout "grep" ["text_before" "known_hosts"] |t| format!("authorized_keys:3:{t}");
    Layout "cat -n" ["text_before" "line_prefix"] |t| format!("     1\t{t}");
    Layout "cat -A" ["text_after" "padding" "comment_separator"] |t| format!("{t}$");
    Layout "diff" ["text_before" "line_prefix"] |t| format!("+{t}");
    Layout "diff with context" ["text_before" "line_prefix"] |t|
        format!("--- a/keys\n+++ b/keys\n@@ -0,0 +1 @@\n+{t}\n");
    Layout "options" ["options"] |t| format!("no-pty,command=\"/bin/echo hello\" {t}");
    Layout "from" ["options"] |t| format!("from=\"10.0.0.0/8,*.example.org\" {t}");
    Layout "known_hosts" ["known_hosts" "text_before"] |t| format!("github.com,140.82.121.4 {t}");
    Layout "hashed known_hosts" ["known_hosts" "text_before"] |t|
        format!("|1|JfKTdBh7rNbXkVAQCRp4OQoPfmI=|USECr3SWf1JUPsms5AqfD5QfxkM= {t}");
    Layout "ssh-keyscan" ["comment_lines" "known_hosts" "text_before"] |t|
        format!("# example.org:22 SSH-2.0-OpenSSH_9.2p1\nexample.org {t}\n");
    Layout "comment line" ["comment_lines"] |t| format!("# my laptop\n{t}\n");
    Layout "comment lines and an empty one" ["comment_lines"] |t| format!("# one\n#\n# three\n\n{t}\n");
    Layout "comment line with a key type" ["comment_lines"] |t| format!("# my ssh-rsa or ssh-ed25519 key\n{t}\n");
    Layout "commented out" ["comment_lines" "line_prefix"] |t| format!("#{t}");
    Layout "Google metadata" ["text_before" "known_hosts"] |t| format!("ubuntu:{t}");
    Layout "user and colon" ["text_before" "known_hosts"] |t| format!("ubuntu: {t}");
    Layout "AWS metadata" ["text_before"] |t| format!("0=k\n{t}\n");
    Layout "CSV row" ["text_before"] |t| format!("k,{t},2026-11-28");
    Layout "CSV row with quotes" ["text_before"] |t| format!("\"k\",\"{t}\",\"2026-11-28\"\r\n");
    Layout "tab-separated row" ["text_before"] |t| format!("k\t{t}\t2026-11-28");
    Layout "SQL" ["text_before"] |t| format!("INSERT INTO key_pairs VALUES (1, 'k', '{t}');");
    Layout "LDIF" ["text_before"] |t| format!("sshPublicKey: {t}\n");
    Layout "LDIF, folded" ["text_before" "line_breaks"] |t| fold(&format!("sshPublicKey: {t}"), 76, "\n ");
    Layout "LDIF, base64" ["base64" "text_before"] |t| format!("sshPublicKey:: {}\n", STANDARD.encode(t));
    Layout "LDIF entry" ["text_before"] |t| format!("dn: uid=me,dc=example,dc=org\nuid: me\nsshPublicKey: {t}\n");
    Layout "XML element" ["html_tags" "text_before"] |t| format!("<publicKey>{t}</publicKey>");
    Layout "XML CDATA" ["html_tags" "text_before"] |t| format!("<key><![CDATA[{t}]]></key>");
    Layout "HTML" ["html_tags" "text_before"] |t| format!("<p>My key:<br>\n<code>{t}</code></p>");
    Layout "HTML, wrapped" ["html_tags"] |t| wrap(t, 50, "<br>");
    Layout "HTML, wrapped with line ends" ["html_tags" "line_breaks"] |t| wrap(t, 50, "<br />\n");
    Layout "word breaks" ["html_tags"] |t| wrap(t, 50, "<wbr>");
    Layout "sentence" ["text_before"] |t| format!("Here is my key: {t}");
    Layout "letter" ["text_before"] |t| format!("Hi Bob,\n\nplease add my key:\n\n{t}\n\nThanks,\nAlice\n");
    Layout "text after the line" ["text_after" "line_breaks"] |t| format!("{t}\n\nThanks,\nAlice\n");
    Layout "full stop" ["text_after" "text_before"] |t| format!("My key is {t}.");
    Layout "chat" ["text_before"] |t| format!("[10:03] <alice> {t}");
    Layout "chat with a time" ["text_before"] |t| format!("Alice, 10:03 AM\n{t}\n");
    Layout "multipart form" ["text_before"] |t|
        format!("--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{t}\r\n--x--\r\n");
    Layout "URL query" ["percent_encoding" "form_encoding"] |t| format!("name=k&public_key={}&type=ssh", percent(t));
    Layout "properties file" ["escapes" "text_before" "padding"] |t|
        Some(format!("key={}", escape(t, "=:", |byte| format!("\\{}", char::from(byte)))?));
    Layout "Dockerfile" ["text_before"] |t| format!("ENV KEY=\"{t}\"");
    Layout "docker environment" ["text_before"] |t| format!("- \"SSH_KEY={t}\"");
    Layout "C#, verbatim" ["text_before"] |t| format!("var key = @\"{t}\";");
    Layout "GitLab log" ["text_before"] |t| format!("2026-11-28T10:00:00.000Z 00O {t}");

    // ---- Encodings of the text.
    Transport "percent-encoding" ["percent_encoding"] |t| percent(t);
    Transport "percent-encoding, lower case" ["percent_encoding"] |t| escape(t, "+/= ", |byte| format!("%{byte:02x}"));
    Transport "form encoding" ["form_encoding" "type_separator"] |t| percent(t).replace("%20", "+");
    Transport "percent-encoding, twice" ["percent_encoding"] |t| percent(&percent(t));
    Transport "HTML entities, named" ["html_entities"] |t|
        escape(t, "+/=", |byte| match byte { b'+' => "&plus;", b'/' => "&sol;", _ => "&equals;" }.into());
    Transport "HTML entities, decimal" ["html_entities"] |t| escape(t, "+/=@", |byte| format!("&#{byte};"));
    Transport "HTML entities, hexadecimal" ["html_entities"] |t| escape(t, "+/=@", |byte| format!("&#x{byte:x};"));
    Transport "HTML entities, twice" ["html_entities"] |t| escape(t, "+/=@", |byte| format!("&amp;#{byte};"));
    Transport "HTML no-break spaces" ["html_entities"] |t| escape(t, " ", |_| "&nbsp;".into());
    Transport "JSON escapes" ["escapes"] |t| escape(t, "+=/", |byte| match byte {
        b'/' => "\\/".into(),
        _ => format!("\\u{byte:04x}"),
    });
    Transport "JSON, slashes escaped" ["escapes"] |t| escape(t, "/", |_| "\\/".into());
    Transport "JSON, plus signs escaped" ["escapes"] |t| escape(t, "+", |_| "\\u002b".into());
    Transport "JSON string" ["escapes" "quotes" "text_before"] |t| serde_json::to_string(&format!("{t}\n")).unwrap();
    Transport "JSON string in a string" ["escapes" "quotes" "text_before"] |t|
        serde_json::to_string(&serde_json::to_string(t).unwrap()).unwrap();
    Transport "hexadecimal escapes" ["escapes"] |t| escape(t, "+/= @", |byte| format!("\\x{byte:02x}"));
    Transport "escaped spaces" ["escapes" "type_separator" "line_breaks"] |t| escape(t, " ", |_| "\\ ".into());
    Transport "quoted-printable" ["quoted_printable"] |t| quoted_printable(&format!("{t}\n"));
    Transport "UTF-16, little-endian" ["utf16"] |t| utf16(t, b"", u16::to_le_bytes);
    Transport "UTF-16, big-endian" ["utf16"] |t| utf16(t, b"", u16::to_be_bytes);
    Transport "UTF-16 with a mark" ["utf16"] |t| utf16(&format!("{t}\r\n"), b"\xff\xfe", u16::to_le_bytes);
    Transport "UTF-16 with a mark, big-endian" ["utf16"] |t| utf16(t, b"\xfe\xff", u16::to_be_bytes);
    Transport "spaced out" ["utf16"] |t| fold(t, 1, " ");
    Transport "base64" ["base64"] |t| STANDARD.encode(t);
    Transport "base64 with a line end" ["base64"] |t| STANDARD.encode(format!("{t}\n")) + "\n";
    Transport "base64, wrapped" ["base64" "line_breaks"] |t| fold(&STANDARD.encode(t), 76, "\n");
    Transport "base64, twice" ["base64"] |t| STANDARD.encode(STANDARD.encode(t));
    Transport "data URL" ["base64"] |t| format!("data:text/plain;base64,{}", STANDARD.encode(t));
    Transport "hexadecimal" ["hexadecimal"] |t| hex(t.as_bytes());
    Transport "hexadecimal with spaces" ["hexadecimal"] |t| fold(&hex(t.as_bytes()), 2, " ").to_uppercase();
    Transport "hexdump -C" ["hex_dump"] |t| hexdump(t.as_bytes());
    Transport "xxd" ["hex_dump"] |t| xxd(t.as_bytes());
    Transport "od -c" ["character_dump"] |t| characters(t.as_bytes());
    Transport "byte order mark" ["byte_order_mark" "invisible_characters"] |t| format!("\u{feff}{t}");
    Transport "byte order mark as Latin-1" ["byte_order_mark" "invisible_characters" "text_before"] |t|
        format!("\u{ef}\u{bb}\u{bf}{t}");
    Transport "zero-width space after the type" ["invisible_characters"] |t|
        Some(format!("{}\u{200b}{}", parts(t)?[0], &t[parts(t)?[0].len()..]));
    Transport "zero-width spaces" ["invisible_characters"] |t| insert(t, "\u{200b}", 9);
    Transport "soft hyphens" ["invisible_characters"] |t| insert(t, "\u{ad}", 9);
    Transport "word joiner" ["invisible_characters"] |t| insert(t, "\u{2060}", 1);
    Transport "byte order mark inside" ["invisible_characters" "byte_order_mark"] |t| insert(t, "\u{feff}", 2);
    Transport "directional marks" ["invisible_characters"] |t| format!("\u{202a}{t}\u{202c}");
    Transport "left-to-right mark" ["invisible_characters"] |t| format!("\u{200e}{t}");
    Transport "zero byte inside" ["invisible_characters" "utf16"] |t| {
        let [name, base64, comment] = parts(t)?;
        let (start, rest) = base64.split_at_checked(30)?;
        Some(format!("{name} {start}\0{rest} {comment}").trim_end().to_owned())
    };
    Transport "backspace inside" ["invisible_characters"] |t| insert(t, "\u{8}", 1);
    Transport "terminal colors" ["invisible_characters"] |t| format!("\u{1b}[32m{t}\u{1b}[0m");
    Transport "bracketed paste" ["invisible_characters"] |t| format!("\u{1b}[200~{t}\u{1b}[201~");
    Transport "colors of grep" ["invisible_characters"] |t|
        Some(format!("\u{1b}[01;31m\u{1b}[K{}\u{1b}[m\u{1b}[K{}", parts(t)?[0], &t[parts(t)?[0].len()..]));
    Transport "full width" ["full_width"] |t| t.chars().map(full_width).collect::<String>();
    Transport "mathematical monospace" ["full_width"] |t| t.chars().map(|c| monospace(c, 0x1d670, 0x1d7f6)).collect::<String>();
    Transport "mathematical bold" ["full_width"] |t| t.chars().map(|c| monospace(c, 0x1d400, 0x1d7ce)).collect::<String>();
    Transport "full-width signs" ["full_width"] |t| replaced(t, &['+', '/', '='], full_width);
    Transport "en dash in the type" ["full_width"] |t| renamed(t, |name| Some(name.replace('-', "\u{2013}")));
    Transport "no-break hyphen in the type" ["full_width"] |t| renamed(t, |name| Some(name.replace('-', "\u{2011}")));
    Transport "minus sign in the type" ["full_width"] |t| renamed(t, |name| Some(name.replace('-', "\u{2212}")));
    Transport "no-break spaces as Latin-1" ["full_width" "invisible_characters" "type_separator" "text_before"] |t|
        t.replace(' ', "\u{c2}\u{a0}");
    Transport "narrow spaces" ["full_width" "invisible_characters" "type_separator"] |t| t.replace(' ', "\u{2009}");
}
