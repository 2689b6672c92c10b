//! Files that come with responses (随答卷交来的文件): pictures, recordings, films and documents.
//!
//! They come in two ways: by a respondent's page, into the draft, and from there with the response; and from clients of
//! OpenRosa's, in one or several requests beside the same answers. Either way a file is what its bytes say
//! ([`survey_forms::media::upload`]), belongs to one question of one response, and is called after the question: the name
//! that it had on a phone may say who somebody is or when a picture was taken, and is not kept. It is sealed, goes when the
//! response is withdrawn or replaced and when typed words are erased, and nobody sees it but staff who may, each time with
//! an entry in the audit trail.

use survey_forms::media::upload::UploadType;
use uuid::Uuid;

use crate::clock::Entropy;
use crate::keys::Keys;
use crate::store::attachments::{self, Attachment};
use crate::store::{StoreError, begin};

/// A file whose bytes have been looked at.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// The question that it answers.
    pub question: String,
    /// The answer that stands for it.
    pub name: String,
    /// What it is.
    pub upload: UploadType,
    /// Its bytes.
    pub bytes: Vec<u8>,
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
        let mac = self.keys.content_mac(&file.bytes);
        match attachments::of_question(tx, self.response, &file.question).await? {
            Some(known) if known.mac == mac => return Ok(Kept::Known),
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
            mac,
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
