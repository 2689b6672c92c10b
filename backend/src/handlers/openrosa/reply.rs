//! The documents of OpenRosa: form list, manifest, and what is said about a submission.

use maud::{Markup, PreEscaped, html};

/// A form in the list.
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) hash: String,
    pub(super) address: String,
    pub(super) manifest: Option<String>,
}

/// A file beside a form.
pub(super) struct MediaFile {
    pub(super) name: String,
    pub(super) hash: String,
    pub(super) address: String,
}

fn document(root: &Markup) -> String {
    let declaration = PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    html! { (declaration) (root) }.into_string()
}

/// The form list (OpenRosa Form Discovery API).
pub(super) fn form_list(forms: &[Listed]) -> String {
    document(&html! {
        xforms xmlns="http://openrosa.org/xforms/xformsList" {
            @for form in forms {
                xform {
                    formID { (form.id) }
                    name { (form.name) }
                    version { (form.version) }
                    hash { (form.hash) }
                    downloadUrl { (form.address) }
                    @if let Some(manifest) = &form.manifest { manifestUrl { (manifest) } }
                }
            }
        }
    })
}

/// The manifest of a form (OpenRosa Form Manifest).
pub(super) fn manifest(files: &[MediaFile]) -> String {
    document(&html! {
        manifest xmlns="http://openrosa.org/xforms/xformsManifest" {
            @for file in files {
                mediaFile {
                    filename { (file.name) }
                    hash { (file.hash) }
                    downloadUrl { (file.address) }
                }
            }
        }
    })
}

/// What clients show after sending (OpenRosa Response).
pub(super) fn message(text: &str, nature: &str) -> String {
    document(&html! {
        OpenRosaResponse xmlns="http://openrosa.org/http/response" {
            message nature=(nature) { (text) }
        }
    })
}
