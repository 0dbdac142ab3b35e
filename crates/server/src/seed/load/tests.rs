//! Loading, cut off and gone on with.

use db::ReadPool;
use sales::OrderFilter;

use super::*;
use crate::cluster::Cluster;
use crate::cluster::tests::Folder;
use crate::commands::verify::check_tenant;
use crate::config::{Config, Settings};
use crate::place::Tenure;
use crate::seed::model::What;

/// So much of the small company's history: orders, shipments and payments of some weeks.
const EVENTS: usize = 160;

async fn orders(db: &Db, tenant: &Tenant) -> i64 {
    let scope = identity::worker_scope(tenant, "test");
    let reader = db.reader(&scope, ReadPool::Requests);
    let tx = reader.tx().await.unwrap();
    let all = OrderFilter::default();
    sales::count_orders(&tx, &scope.permit().unwrap(), &all).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loading_that_was_cut_off_goes_on_where_it_was() {
    let folder = Folder::new("seed");
    let cluster = Cluster::start(&folder.options()).unwrap();
    let database_url = Some(cluster.owner_url().to_string());
    let config = Config::resolve(Settings { database_url, ..Settings::default() }).unwrap();
    let place = Place::open(&config.database, Tenure::Alone).await.unwrap();
    let parts = Parts::assemble(&place, &config, Clock::system()).await.unwrap();
    let identity = Identity::start(&parts.db).await.unwrap();
    let workshop = Workshop {
        lasting: parts.db.clone(),
        hasty: hasty(&place, &parts).unwrap(),
        passwords: identity.passwords().clone(),
        progress: Arc::new(Mutex::new(Progress::begin("test", 0))),
    };

    let day = first_day(&parts.clock, SLUGS[1]).unwrap();
    let mut company = invented(SLUGS[1], day).unwrap();
    company.events.truncate(EVENTS);
    let mut half = company.clone();
    half.events.truncate(EVENTS / 2);
    let tenant = workshop.begin(&half, day).await.unwrap();
    workshop.play(&half, &tenant, day).await.unwrap();
    let stage = mark::stage(&parts.db, company.slug).await.unwrap();
    let Stage::Begun(found, since) = stage else { panic!("it was not complete") };
    assert_eq!((found.id, since), (tenant.id, day));

    workshop.load(&company, Some(found), day).await.unwrap();
    assert!(matches!(mark::stage(&parts.db, company.slug).await.unwrap(), Stage::Complete));
    let drafts = company.events.iter().filter(|event| matches!(event.what, What::Draft { .. }));
    let drafts = i64::try_from(drafts.count()).unwrap() + extras::ORDERS;
    assert!(drafts > 10, "the history is too short to tell");
    assert_eq!(orders(&parts.db, &tenant).await, drafts);
    assert_eq!(check_tenant(&parts.db, company.slug).await.unwrap(), []);

    // Loading it anew makes nothing twice.
    workshop.load(&company, Some(tenant.clone()), day).await.unwrap();
    assert_eq!(orders(&parts.db, &tenant).await, drafts);

    // A tenant that somebody else made is left alone.
    let theirs = crate::commands::tenant::NewTenant {
        slug: SLUGS[0].to_owned(),
        name: "Theirs".to_owned(),
        base_currency: "RUB".to_owned(),
        time_zone: "UTC".to_owned(),
        admin_email: "anna@their.example".to_owned(),
        admin_password: "correct horse battery".to_owned(),
    };
    crate::commands::tenant::create(&parts.db, theirs).await.unwrap();
    let refusal = demo(&place, &parts).await.unwrap_err().to_string();
    assert!(refusal.contains("did not make"), "{refusal}");
    place.close().await.unwrap();
}

/// Midnight comes to Moscow an hour before it comes to Kaliningrad.
#[test]
fn a_history_ends_today_where_its_company_is() {
    let clock = Clock::system();
    let half_past_nine = clock.now().date_naive().and_hms_opt(21, 30, 0).unwrap().and_utc();
    let ahead = (half_past_nine - clock.now()).num_milliseconds().rem_euclid(86_400_000);
    clock.advance(chrono::Duration::milliseconds(ahead));
    let days = SLUGS.map(|slug| first_day(&clock, slug).unwrap());
    assert_eq!(days[0], days[1] + chrono::Days::new(1));
}
