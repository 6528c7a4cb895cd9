//! The key pairs of all users, by owner and name. In memory: a database has a unique index in place of the map's keys.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nova_keypair::Keypair;

#[derive(Default)]
pub struct Store(Mutex<HashMap<(String, String), Keypair>>);

impl Store {
    pub fn contains(&self, user_id: &str, name: &str) -> bool {
        self.lock().contains_key(&(user_id.to_owned(), name.to_owned()))
    }

    /// Stores the key pair unless its owner has one of that name; says whether it did. One step: nobody can come between.
    pub fn insert_new(&self, user_id: &str, keypair: &Keypair) -> bool {
        match self.lock().entry((user_id.to_owned(), keypair.name.as_str().to_owned())) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(keypair.clone());
                true
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, String), Keypair>> {
        // Every change of the map is a single insertion, so one that panicked left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
