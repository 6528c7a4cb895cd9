//! The key pairs of all users, by owner and name. In memory, with the interface of a database: asynchronous, and every
//! call may fail.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nova_keypair::{Keypair, KeypairName};

#[derive(Default)]
pub struct Store(Mutex<HashMap<(String, KeypairName), Keypair>>);

impl Store {
    pub async fn contains(&self, user_id: &str, name: &KeypairName) -> io::Result<bool> {
        Ok(self.lock().contains_key(&(user_id.to_owned(), name.clone())))
    }

    /// Stores the key pair unless its owner has one of that name; returns whether it did. One step, like the insertion
    /// into a table with a unique index.
    pub async fn insert_new(&self, user_id: &str, keypair: &Keypair) -> io::Result<bool> {
        match self.lock().entry((user_id.to_owned(), keypair.name.clone())) {
            Entry::Occupied(_) => Ok(false),
            Entry::Vacant(place) => {
                place.insert(keypair.clone());
                Ok(true)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, KeypairName), Keypair>> {
        // Every change of the map is a single insertion, so one that panicked left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
