//! Which media types a browser may show in the dashboard's origin. What was uploaded is never trusted: HTML, SVG and PDF run scripts or
//! pretend to be our pages, so they are downloads of unknown bytes.

/// Pixels and sound, and nothing else.
const SHOWN: [&str; 18] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/bmp",
    "audio/mpeg",
    "audio/mp3",
    "audio/mp4",
    "audio/aac",
    "audio/wav",
    "audio/x-wav",
    "audio/wave",
    "audio/ogg",
    "audio/webm",
    "audio/flac",
    "video/mp4",
    "video/webm",
];

/// The type to answer with, when a browser may show it. Parameters are left out.
pub(super) fn shown_type(mime_type: &str) -> Option<&'static str> {
    let plain = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    SHOWN.into_iter().find(|shown| *shown == plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pixels_and_sound_are_shown() {
        assert_eq!(shown_type("Image/PNG; charset=x"), Some("image/png"));
        for refused in ["text/html", "image/svg+xml", "application/pdf", "application/xhtml+xml", "text/xml", "image/png/x", "", "image/*"]
        {
            assert_eq!(shown_type(refused), None, "{refused}");
        }
    }
}
