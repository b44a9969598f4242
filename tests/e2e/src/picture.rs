//! Pictures of the page, small enough to be kept, and compared so that the smoothing of edges makes no difference.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// How many colours a kept picture has at most: fewer would lose the tints of badges.
const COLOURS_MOST: usize = 32;

/// How far apart two of them are at least, in any channel: the steps of smoothed edges are not worth a colour each.
const APART_LEAST: u8 = 16;

/// The side of the squares that are compared, in pixels.
const SQUARE_PX: usize = 8;

/// By how much a square may differ on average and in each channel, of 255. A letter moved by one pixel makes 20 and more,
/// another way of smoothing it 2 to 6.
const DIFFERS_FROM: u32 = 9;

type Colour = [u8; 3];

/// A picture.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// A place in a picture, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: usize,
    /// From the top.
    pub y: usize,
}

impl Picture {
    /// That of a PNG.
    ///
    /// # Errors
    /// When it has not 8 bits in three or four channels, or a palette.
    pub fn of_png(png: &[u8]) -> Result<Self> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().context("a PNG")?;
        let size = reader.output_buffer_size().context("a PNG of a size")?;
        let mut buffer = vec![0; size];
        let info = reader.next_frame(&mut buffer).context("a PNG's pixels")?;
        let channels = info.color_type.samples();
        ensure!(
            info.bit_depth == png::BitDepth::Eight && channels >= 3,
            "a PNG of {:?} and {:?}",
            info.color_type,
            info.bit_depth
        );
        Ok(Self {
            width: usize::try_from(info.width)?,
            height: usize::try_from(info.height)?,
            pixels: buffer
                .chunks_exact(channels)
                .map(|pixel| [pixel[0], pixel[1], pixel[2]])
                .collect(),
        })
    }

    /// A picture that was kept.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn kept(path: &Path) -> Result<Self> {
        let png = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        Self::of_png(&png)
    }

    /// Keeps it, with as few colours as will do.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, path: &Path) -> Result<()> {
        let palette = self.palette();
        let indices: Vec<u8> = self
            .in_colours(&palette)
            .iter()
            .map(|&index| u8::try_from(index).context("a colour of the palette"))
            .collect::<Result<_>>()?;
        let mut bytes = Vec::new();
        let (width, height) = (u32::try_from(self.width)?, u32::try_from(self.height)?);
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette.concat());
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.write_header()?.write_image_data(&indices)?;
        fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
    }

    /// Where this picture differs from one that was kept: the corners of the squares that do.
    ///
    /// # Errors
    /// When they have not one size.
    pub fn differences(&self, kept: &Self) -> Result<Vec<Place>> {
        ensure!(
            (self.width, self.height) == (kept.width, kept.height),
            "it is {} by {} and was {} by {}",
            self.width,
            self.height,
            kept.width,
            kept.height
        );
        // In the same colours, so that their number makes no difference.
        let palette = kept.palette();
        let (ours, theirs) = (self.in_colours(&palette), kept.in_colours(&palette));
        let mut places = Vec::new();
        for top in (0..self.height).step_by(SQUARE_PX) {
            for left in (0..self.width).step_by(SQUARE_PX) {
                let (mut sums, mut count) = ([0_u32; 3], 0);
                let right = (left + SQUARE_PX).min(self.width);
                for y in top..(top + SQUARE_PX).min(self.height) {
                    let row = y * self.width + left..y * self.width + right;
                    let (ours, theirs) = (&ours[row.clone()], &theirs[row]);
                    count += u32::try_from(ours.len())?;
                    if ours == theirs {
                        continue;
                    }
                    for (&one, &other) in ours.iter().zip(theirs) {
                        for (channel, sum) in sums.iter_mut().enumerate() {
                            let (one, other) = (palette[one][channel], palette[other][channel]);
                            *sum += u32::from(one.abs_diff(other));
                        }
                    }
                }
                if sums.iter().any(|sum| *sum >= DIFFERS_FROM * count) {
                    places.push(Place { x: left, y: top });
                }
            }
        }
        Ok(places)
    }

    /// Its most frequent colours, as far as they are apart.
    fn palette(&self) -> Vec<Colour> {
        let mut counts: HashMap<Colour, usize> = HashMap::new();
        for run in self.pixels.chunk_by(|one, other| one == other) {
            *counts.entry(run[0]).or_default() += run.len();
        }
        let mut colours: Vec<(usize, Colour)> = counts
            .into_iter()
            .map(|(colour, count)| (count, colour))
            .collect();
        // Of two that are equally frequent the brighter one, so that the same picture has always the same palette.
        colours.sort_unstable_by(|one, other| other.cmp(one));
        let mut palette: Vec<Colour> = Vec::new();
        for (_count, colour) in colours {
            let is_apart =
                |other: &Colour| (0..3).any(|i| colour[i].abs_diff(other[i]) >= APART_LEAST);
            if palette.len() < COLOURS_MOST && palette.iter().all(is_apart) {
                palette.push(colour);
            }
        }
        palette
    }

    /// Each pixel's place in a palette.
    fn in_colours(&self, palette: &[Colour]) -> Vec<usize> {
        let mut known: HashMap<Colour, usize> = HashMap::new();
        let distance = |one: Colour, other: Colour| -> u32 {
            (0..3)
                .map(|i| u32::from(one[i].abs_diff(other[i])).pow(2))
                .sum()
        };
        let nearest = |colour: Colour| {
            palette
                .iter()
                .enumerate()
                .min_by_key(|(_, other)| distance(colour, **other))
                .map_or(0, |(place, _)| place)
        };
        let mut places = Vec::with_capacity(self.pixels.len());
        for run in self.pixels.chunk_by(|one, other| one == other) {
            let place = *known.entry(run[0]).or_insert_with(|| nearest(run[0]));
            places.resize(places.len() + run.len(), place);
        }
        places
    }
}
