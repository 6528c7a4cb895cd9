//! The key pairs of all users in a file, by owner and name.

use std::error::Error;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use nova_keypair::os_keypairs::StoredKeypair;
use nova_keypair::{Keypair, KeypairName};
use redb::{Database, ReadTransaction, ReadableDatabase as _, ReadableTable, TableDefinition};
use tokio::task::spawn_blocking;

/// From owner and name to the rest of the record, as JSON. The key is unique, and its order is that of the names.
const KEYPAIRS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("keypairs");

/// The last number that was given to a key pair. None is given twice.
const LAST_ID: TableDefinition<(), u64> = TableDefinition::new("last_id");

/// What became of a key pair that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    Stored,
    NameTaken,
    QuotaExceeded,
}

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The part of a record that is not its key.
type Value = (u64, Duration, Keypair);

#[derive(Clone)]
pub struct Store(Arc<Database>);

impl Store {
    /// Opens the file, or creates it. Only one process can have it open: for any other one this fails.
    pub fn open(file: impl AsRef<Path>) -> Result<Self> {
        Self::new(Database::create(file)?)
    }

    #[cfg(test)]
    pub fn in_memory() -> Self {
        let memory = redb::backends::InMemoryBackend::new();
        Self::new(Database::builder().create_with_backend(memory).unwrap()).unwrap()
    }

    fn new(database: Database) -> Result<Self> {
        let transaction = database.begin_write()?;
        transaction.open_table(KEYPAIRS)?;
        transaction.open_table(LAST_ID)?;
        transaction.commit()?;
        Ok(Self(Arc::new(database)))
    }

    pub async fn contains(&self, user_id: &str, name: &KeypairName) -> Result<bool> {
        Ok(self.get(user_id, name.as_str()).await?.is_some())
    }

    pub async fn get(&self, user_id: &str, name: &str) -> Result<Option<StoredKeypair>> {
        let (user_id, name) = (user_id.to_owned(), name.to_owned());
        self.read(move |transaction| {
            let Some(value) = transaction.open_table(KEYPAIRS)?.get((&*user_id, &*name))? else {
                return Ok(None);
            };
            let (id, created_at, keypair) = serde_json::from_slice::<Value>(value.value())?;
            Ok(Some(StoredKeypair { keypair, user_id, id, created_at }))
        })
        .await
    }

    /// Returns the number of key pairs of a user.
    pub async fn count(&self, user_id: &str) -> Result<u32> {
        let user_id = user_id.to_owned();
        self.read(move |transaction| count(&transaction.open_table(KEYPAIRS)?, &user_id)).await
    }

    /// Returns the key pairs after the marker, in the order of their names; `None` if the marker is not one of them.
    pub async fn list(
        &self,
        user_id: &str,
        marker: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Option<Vec<Keypair>>> {
        let (user_id, marker) = (user_id.to_owned(), marker.map(str::to_owned));
        self.read(move |transaction| {
            let table = transaction.open_table(KEYPAIRS)?;
            let start = match &marker {
                None => Bound::Included((&*user_id, "")),
                Some(name) if table.get((&*user_id, &**name))?.is_none() => {
                    return Ok(None);
                }
                Some(name) => Bound::Excluded((&*user_id, &**name)),
            };
            let mut keypairs = Vec::new();
            for entry in table.range::<(&str, &str)>((start, Bound::Unbounded))?.take(limit.unwrap_or(usize::MAX)) {
                let (key, value) = entry?;
                if key.value().0 != user_id {
                    break;
                }
                let (_, _, keypair) = serde_json::from_slice::<Value>(value.value())?;
                keypairs.push(keypair);
            }
            Ok(Some(keypairs))
        })
        .await
    }

    /// Stores the key pair, unless its owner has one of that name, or as many as the quota allows. Write transactions
    /// run one after another, so of two requests for a name, or for the last place in a quota, the database lets the
    /// first one have it.
    pub async fn insert_new(&self, user_id: &str, keypair: &Keypair, quota: u32) -> Result<Insertion> {
        let (store, user_id, keypair) = (self.clone(), user_id.to_owned(), keypair.clone());
        let created_at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        spawn_blocking(move || {
            let transaction = store.0.begin_write()?;
            {
                let mut keypairs = transaction.open_table(KEYPAIRS)?;
                if count(&keypairs, &user_id)? >= quota {
                    return Ok(Insertion::QuotaExceeded);
                }
                let key = (&*user_id, keypair.name.as_str());
                if keypairs.get(key)?.is_some() {
                    return Ok(Insertion::NameTaken);
                }
                let mut last_id = transaction.open_table(LAST_ID)?;
                let id = last_id.get(())?.map_or(0, |id| id.value()) + 1;
                last_id.insert((), id)?;
                keypairs.insert(key, &*serde_json::to_vec(&(id, created_at, &keypair))?)?;
            }
            transaction.commit()?;
            Ok(Insertion::Stored)
        })
        .await?
    }

    /// Deletes the key pair; returns whether it existed.
    pub async fn delete(&self, user_id: &str, name: &str) -> Result<bool> {
        let (store, user_id, name) = (self.clone(), user_id.to_owned(), name.to_owned());
        spawn_blocking(move || {
            let transaction = store.0.begin_write()?;
            let existed = transaction.open_table(KEYPAIRS)?.remove((&*user_id, &*name))?.is_some();
            transaction.commit()?;
            Ok(existed)
        })
        .await?
    }

    /// Reads a snapshot of the file on a thread that may block.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(ReadTransaction) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = self.clone();
        spawn_blocking(move || work(store.0.begin_read()?)).await?
    }
}

/// Returns the number of key pairs of a user. Quotas keep it small, so none is stored.
fn count(keypairs: &impl ReadableTable<(&'static str, &'static str), &'static [u8]>, user_id: &str) -> Result<u32> {
    let mut count = 0;
    for entry in keypairs.range::<(&str, &str)>((user_id, "")..)? {
        if entry?.0.value().0 != user_id {
            break;
        }
        count += 1;
    }
    Ok(count)
}
