//! How much a visitor downloads: told, held to its bounds, and compressed ahead of time.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use brotli::enc::BrotliEncoderParams;

use crate::page;

/// Brotli's best, as a server that compresses ahead of time would use it.
const QUALITY: i32 = 11;

/// The most that the element's module may take, in compressed bytes, with all its features.
const MODULE_MOST_BYTES: usize = 50_000;

/// The most that the scripts of the element may take together without their styles, in compressed bytes: what pages name,
/// and what comes with the module.
const SCRIPTS_MOST_BYTES: usize = 7_000;

/// What a server can send compressed. Pictures and fonts are so already.
const COMPRESSIBLE: [&str; 6] = ["html", "js", "css", "wasm", "svg", "json"];

/// Fails if the element in a folder is larger than it may be.
pub(crate) fn check(folder: &Path) -> Result<()> {
    let (mut module, mut scripts) = (0, 0);
    for path in page::files(folder)? {
        let name = path.display().to_string();
        let read =
            || fs::read(folder.join(&path)).with_context(|| format!("{name} cannot be read"));
        if name.starts_with("widget-") && name.ends_with(".wasm") {
            module += compressed(&read()?)?.len();
        }
        if name == "referral-connect.js" || name.starts_with("widget-") && name.ends_with(".js") {
            scripts += compressed(without_styles(&String::from_utf8(read()?)?).as_bytes())?.len();
        }
    }
    if module == 0 || scripts == 0 {
        bail!("{} holds no element", folder.display());
    }
    within(
        module,
        MODULE_MOST_BYTES,
        "the module of the element",
        "what was compiled in",
    )?;
    within(
        scripts,
        SCRIPTS_MOST_BYTES,
        "the scripts of the element",
        "embed/",
    )
}

fn within(bytes: usize, most: usize, what: &str, look_at: &str) -> Result<()> {
    if bytes > most {
        bail!(
            "{what} takes {bytes} bytes compressed, and may take {most}. Look at {look_at}; docs/size.md says how to \
             find out what takes the room, and what was tried"
        );
    }
    Ok(())
}

/// A script without the texts in it that are styles.
fn without_styles(script: &str) -> String {
    ['"', '\'', '`']
        .into_iter()
        .fold(script.to_owned(), |script, quote| {
            let parts: Vec<&str> = script
                .split(quote)
                .filter(|part| !(part.contains(".referral-") && part.contains('{')))
                .collect();
            parts.join(&quote.to_string())
        })
}

/// Puts a compressed file beside each that a server can send compressed.
pub(crate) fn precompress(folder: &Path) -> Result<()> {
    for path in page::files(folder)? {
        let path = folder.join(path);
        let kind = path.extension().and_then(|kind| kind.to_str());
        if kind.is_some_and(|kind| COMPRESSIBLE.contains(&kind)) {
            let content =
                fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let mut target = path.into_os_string();
            target.push(".br");
            let target = Path::new(&target);
            fs::write(target, compressed(&content)?)
                .with_context(|| format!("{} cannot be written", target.display()))?;
        }
    }
    Ok(())
}

/// Prints the sizes of the module and its JavaScript, and their sums.
pub(crate) fn print(folder: &Path) -> Result<()> {
    let mut rows = Vec::new();
    for path in page::files(folder)? {
        if path
            .extension()
            .is_some_and(|kind| kind == "wasm" || kind == "js")
        {
            let content = fs::read(folder.join(&path))
                .with_context(|| format!("{} cannot be read", path.display()))?;
            let name = path.file_name().unwrap_or_default().display().to_string();
            rows.push((name, content.len(), compressed(&content)?.len()));
        }
    }
    rows.sort();
    let total = |column: fn(&(String, usize, usize)) -> usize| rows.iter().map(column).sum();
    rows.push((
        "together".to_owned(),
        total(|row| row.1),
        total(|row| row.2),
    ));

    println!("{:44} {:>10} {:>10}", "bytes", "raw", "brotli 11");
    for (name, raw, brotli) in rows {
        println!("{name:44} {raw:>10} {brotli:>10}");
    }
    Ok(())
}

fn compressed(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: QUALITY,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut output = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut output, &parameters)
        .context("brotli could not compress")?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_measured() {
        assert!(compressed(&[7; 10_000]).expect("it compresses").len() < 100);
    }

    #[test]
    fn what_is_too_large_is_told_with_its_bound() {
        assert!(within(50_000, 50_000, "the module", "it").is_ok());
        let told = within(50_001, 50_000, "the module", "it").expect_err("it is too large");
        assert!(told.to_string().starts_with(
            "the module takes 50001 bytes compressed, and may take 50000. Look at it"
        ));
    }

    #[test]
    fn styles_do_not_count_as_script() {
        let script = r#"const css=".referral-form{color:red}",name='referral-form';go(`x`)"#;
        assert_eq!(
            without_styles(script),
            r#"const css=",name='referral-form';go(`x`)"#
        );
    }
}
