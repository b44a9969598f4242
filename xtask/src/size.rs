//! How much a visitor downloads.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;

use crate::page;

/// Brotli's best, as a server that compresses ahead of time would use it.
const QUALITY: i32 = 11;

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
            rows.push((name, content.len(), compressed(&content)?));
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

/// The size after compression, in bytes.
fn compressed(content: &[u8]) -> Result<usize> {
    let parameters = BrotliEncoderParams {
        quality: QUALITY,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut output = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut output, &parameters)
        .context("brotli could not compress")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_measured() {
        assert!(compressed(&[7; 10_000]).expect("it compresses") < 100);
    }
}
