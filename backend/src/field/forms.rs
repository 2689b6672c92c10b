//! Questionnaires as devices take them: the model with its expressions as trees, and every page as HTML.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use survey_forms::client;
use survey_forms::form::Form;

/// A questionnaire ready to be sent.
#[derive(Debug)]
pub struct ClientForm {
    /// The model; see `survey_forms::client::model`.
    pub model: Value,
    /// Pages by language and name.
    pub pages: Value,
    /// Fingerprint of both: a newer program may make other pages of the same version.
    pub digest: String,
}

/// Questionnaires made ready, by version. A version is a hash, so that entries never grow stale.
#[derive(Clone, Debug, Default)]
pub struct ClientForms {
    by_version: Arc<RwLock<HashMap<String, Arc<ClientForm>>>>,
}

impl ClientForms {
    /// The form ready to be sent; made at the first call.
    pub fn of(&self, form: &Form) -> Arc<ClientForm> {
        let known = self.by_version.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known.get(&form.version) {
            return Arc::clone(made);
        }
        drop(known);
        let made = Arc::new(make(form));
        let mut known = self.by_version.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(form.version.clone(), Arc::clone(&made));
        made
    }
}

fn make(form: &Form) -> ClientForm {
    let model = client::model(form);
    let pages = json!({ "zh": client::fragments(form, "zh"), "en": client::fragments(form, "en") });
    let mut hash = Sha256::new();
    hash.update(model.to_string());
    hash.update(pages.to_string());
    ClientForm {
        model,
        pages,
        digest: hex::encode(hash.finalize()),
    }
}
