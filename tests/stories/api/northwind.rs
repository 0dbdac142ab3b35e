//! A real company's history through the public API, and its reports against its files.

use std::path::{Path, PathBuf};

use load::client::Client;
use load::northwind::{self, Actors, DOMAIN, Data, PASSWORD, Plan, Progress, TENANT};
use serde_json::json;
use stories::house::house;

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: u64) {}
    fn step(&self) {}
}

fn folder() -> PathBuf {
    match std::env::var_os("OBOROT_NORTHWIND") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/northwind"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn northwinds_830_orders_give_the_figures_of_its_files() {
    let folder = folder();
    if !folder.join("orders.csv").exists() {
        eprintln!("the Northwind files are not at {}: nothing was loaded", folder.display());
        return;
    }
    let data = Data::read(&folder).unwrap();
    assert_eq!((data.orders.len(), data.customers.len(), data.products.len()), (830, 91, 77));
    let admin = format!("admin@{DOMAIN}");
    house().create_tenant(TENANT, "USD", &admin, PASSWORD).await;
    let client = Client::new(&house().url()).unwrap();
    let admin = client.sign_in(TENANT, &admin, PASSWORD).await.unwrap();
    let input = json!({
        "email": format!("director@{DOMAIN}"), "name": "Director", "password": PASSWORD,
        "roles": ["director"],
    });
    admin.do_it("createUser", input, "user { id }").await.unwrap();
    let director = format!("director@{DOMAIN}");
    let director = client.sign_in(TENANT, &director, PASSWORD).await.unwrap();
    let actors = Actors { admin, director };

    let made = northwind::load(&actors, &data, &Silent).await.unwrap();
    assert!(made.documents > 830, "{made:?}");
    let again = northwind::load(&actors, &data, &Silent).await.unwrap();
    assert_eq!(again, northwind::Made::default(), "the second run made something");
    let (masters, _) = northwind::load_masters(&actors, &data, &Silent).await.unwrap();
    northwind::check(&actors.director, &data, &masters, &Plan::of(&data)).await.unwrap();
    house().verify(TENANT).await;
}
