//! All SQL of the context.

mod faults;
mod jobs;
mod profiles;
mod work;

pub use faults::bad_rows;
pub(crate) use faults::{clear_faults, faults_after, insert_faults};
pub(crate) use jobs::{NewJob, insert_job};
pub use jobs::{count_import_jobs, import_jobs, import_jobs_by_id};
pub use profiles::import_profiles;
pub(crate) use profiles::{delete_profile, profile_named, save_profile};
pub(crate) use work::{
    Counts, Ended, advance, begin_writing, end, note_source, show_progress, waiting_tenants, wanted,
};
