//! Files that come with responses (随答卷交来的文件): pictures, recordings, films and documents.
//!
//! They come in two ways: by a respondent's page, into the draft, and from there with the response; and from clients of
//! OpenRosa's, in one or several requests beside the same answers. Either way a file is what its bytes say
//! ([`survey_forms::media::upload`]), belongs to one question of one response, and is called after the question: the name
//! that it had on a phone may say who somebody is or when a picture was taken, and is not kept, nor is what a picture or film
//! says of itself. It is sealed, goes when the response is withdrawn or replaced and when typed words are erased, and nobody sees it but staff who may, each time with
//! an entry in the audit trail.

use survey_forms::media::metadata::{Broken, without_metadata};
use survey_forms::media::upload::{UploadFault, UploadType};
use uuid::Uuid;

use crate::clock::Entropy;
use crate::keys::Keys;
use crate::store::attachments::{self, Attachment};
use crate::store::{StoreError, begin};

/// A file whose bytes have been looked at.
#[derive(Clone, Debug)]
pub struct NewFile {
    question: String,
    name: String,
    upload: UploadType,
    /// What it is known by when it is sent again: the hash of the bytes as they were sent.
    mac: String,
    /// What is kept.
    bytes: Vec<u8>,
}

impl NewFile {
    /// A file as it was sent. What a picture or film says of itself, the place where it was taken among it, goes here
    /// ([`survey_forms::media::metadata`]).
    ///
    /// `name` is the answer that stands for it.
    ///
    /// # Errors
    /// [`UploadFault::Broken`] for a picture that is not whole.
    pub fn received(
        keys: &Keys,
        question: &str,
        name: String,
        upload: UploadType,
        sent: Vec<u8>,
    ) -> Result<Self, UploadFault> {
        Ok(Self {
            question: question.to_owned(),
            name,
            upload,
            mac: keys.content_mac(&sent),
            bytes: without_metadata(upload, sent).map_err(|Broken| UploadFault::Broken)?,
        })
    }

    /// The answer that stands for it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    New,
    /// It was there already.
    Known,
    /// The question has another one.
    Other,
}

/// What it takes to keep files.
#[derive(Clone, Copy)]
pub struct Keeper<'a> {
    /// Seals them.
    pub keys: &'a Keys,
    /// Randomness.
    pub entropy: &'a Entropy,
    /// The round.
    pub round: &'a str,
    /// The response or draft.
    pub response: Uuid,
}

impl Keeper<'_> {
    /// Keeps a file, in the caller's transaction; with `replace` also where the question has another one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep(
        &self,
        tx: &impl sea_orm::ConnectionTrait,
        file: NewFile,
        replace: bool,
    ) -> Result<Kept, StoreError> {
        match attachments::of_question(tx, self.response, &file.question).await? {
            Some(known) if known.mac == file.mac => return Ok(Kept::Known),
            Some(_) if !replace => return Ok(Kept::Other),
            Some(_) => attachments::remove(tx, self.response, &file.question).await?,
            None => {}
        }
        let id = self.entropy.uuid();
        let row = Attachment {
            id,
            response_id: self.response,
            round_id: self.round.to_owned(),
            question: file.question,
            name: file.name,
            media_type: file.upload.mime.to_owned(),
            bytes: i32::try_from(file.bytes.len()).unwrap_or(i32::MAX),
            mac: file.mac,
            content: self
                .keys
                .seal(&attachments::context(id), &file.bytes, self.entropy)?,
        };
        attachments::insert(tx, row).await?;
        Ok(Kept::New)
    }

    /// Keeps files that a client sent beside answers that are stored already. Gives how many are there now, and the names
    /// of those that are others than the ones stored before.
    ///
    /// # Errors
    /// When the database does not answer; then none is kept.
    pub async fn keep_all(
        &self,
        db: &sea_orm::DatabaseConnection,
        files: Vec<NewFile>,
    ) -> Result<(usize, Vec<String>), StoreError> {
        let tx = begin(db).await?;
        let (mut there, mut others) = (0, Vec::new());
        for file in files {
            let name = file.name.clone();
            match self.keep(&tx, file, false).await? {
                Kept::New | Kept::Known => there += 1,
                Kept::Other => others.push(name),
            }
        }
        tx.commit().await?;
        Ok((there, others))
    }
}
