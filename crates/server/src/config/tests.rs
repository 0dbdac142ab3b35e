use super::*;

fn refusal(settings: Settings) -> String {
    Config::resolve(settings).unwrap_err().to_string()
}

fn file_with(text: &str) -> (PathBuf, Settings) {
    let name = format!("oborot-config-{}-{}.toml", std::process::id(), text.len());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, text).unwrap();
    let settings = Settings { config: Some(path.clone()), ..Settings::default() };
    (path, settings)
}

#[test]
fn nothing_given_is_the_small_size_on_this_machine_alone() {
    let config = Config::resolve(Settings::default()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert!(config.admin_listen.is_some_and(|address| address.ip().is_loopback()));
    assert!(matches!(config.database, Database::Private { .. }));
    assert!(config.redis_url.is_none());
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_right() {
    let given = |value: &str| Some(value.to_owned());
    let cases = [
        (Settings { listen: given("8080"), ..Settings::default() }, "OBOROT_LISTEN", "8080"),
        (
            Settings { request_connections: given("0"), ..Settings::default() },
            "--request-connections",
            "1 to 200",
        ),
        (Settings { workers: given("0"), ..Settings::default() }, "OBOROT_WORKERS", "1 to 256"),
        (
            Settings { cost_per_second: given("many"), ..Settings::default() },
            "OBOROT_COST_PER_SECOND",
            "points",
        ),
        (
            Settings { origins: given("https://a.example/"), ..Settings::default() },
            "--origins",
            "https://shop.example",
        ),
        (
            Settings { trusted_proxies: given("10.0.0.1, proxy"), ..Settings::default() },
            "--trusted-proxies",
            "`proxy`",
        ),
        (Settings { log: given("db=loud"), ..Settings::default() }, "OBOROT_LOG", "db=loud"),
        (Settings { log: given("loud"), ..Settings::default() }, "OBOROT_LOG", "loud"),
        (Settings { log: given("warn,db"), ..Settings::default() }, "OBOROT_LOG", "warn,db"),
        (Settings { log_format: given("xml"), ..Settings::default() }, "--log-format", "xml"),
        (
            Settings { redis_url: given("http://cache"), ..Settings::default() },
            "REDIS_URL",
            "redis://",
        ),
        (
            Settings { database_system_url: given("postgres://s@db/o"), ..Settings::default() },
            "DATABASE_SYSTEM_URL",
            "DATABASE_URL",
        ),
    ];
    for (settings, setting, hint) in cases {
        let sentence = refusal(settings);
        assert!(sentence.contains(setting) && sentence.contains(hint), "{sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
    }
}

#[test]
fn a_password_is_neither_in_a_refusal_nor_in_what_is_logged() {
    let wrong = Some("mysql://anna:hunter2@db/oborot".to_owned());
    let sentence = refusal(Settings { database_url: wrong, ..Settings::default() });
    assert!(sentence.contains("DATABASE_URL") && !sentence.contains("hunter2"), "{sentence}");

    let right = Some("postgres://anna:hunter2@db:6432/oborot?password=hunter2".to_owned());
    let config = Config::resolve(Settings { database_url: right, ..Settings::default() }).unwrap();
    let logged = format!("{config:?}");
    assert!(logged.contains("db:6432") && !logged.contains("hunter2"), "{logged}");
    assert!(!logged.contains("anna"), "{logged}");
}

#[test]
fn a_flag_goes_before_the_file_and_an_empty_variable_counts_as_not_given() {
    let (path, settings) = file_with("listen = \"0.0.0.0:80\"\nadmin-listen = \"off\"\n");
    let empty = Settings { redis_url: Some(String::new()), ..settings.clone() };
    let config = Config::resolve(empty).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:80");
    assert_eq!((config.admin_listen, config.redis_url), (None, None));

    let flag = Settings { listen: Some("127.0.0.1:1".to_owned()), ..settings };
    assert_eq!(Config::resolve(flag).unwrap().listen.port(), 1);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_misspelt_key_in_the_file_is_found() {
    let (path, settings) = file_with("lisen = \"0.0.0.0:80\"\n");
    let sentence = refusal(settings);
    assert!(sentence.contains("lisen") && sentence.contains("line 1"), "{sentence}");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn one_database_address_is_its_owner_and_two_are_the_programs_logins() {
    let url = |user: &str| Some(format!("postgres://{user}@db/oborot"));
    let of = |settings| Config::resolve(settings).unwrap().database;
    let one = Settings { database_url: url("owner"), ..Settings::default() };
    assert!(matches!(of(one.clone()), Database::Owner { .. }));
    let migrating = Settings { database_owner_url: url("owner"), ..Settings::default() };
    assert!(matches!(of(migrating.clone()), Database::Owner { .. }));

    let two = Settings { database_system_url: url("oborot_system"), ..one };
    assert!(matches!(of(two.clone()), Database::Logins { owner: None, .. }));
    let all = Settings { database_owner_url: url("owner"), ..two };
    assert!(matches!(of(all), Database::Logins { owner: Some(_), .. }));

    let half = Settings { database_url: url("oborot_app"), ..migrating };
    assert!(refusal(half).contains("without --database-system-url"));
}

#[test]
fn origins_are_told_apart_by_commas() {
    let origins = Some("https://a.example, http://localhost:3000".to_owned());
    let config = Config::resolve(Settings { origins, ..Settings::default() }).unwrap();
    assert_eq!(config.origins, ["https://a.example", "http://localhost:3000"]);
}

#[test]
fn trusted_proxies_are_addresses_and_networks() {
    let of = |given: &str| {
        let trusted_proxies = Some(given.to_owned());
        let settings = Settings { trusted_proxies, ..Settings::default() };
        let told = Config::resolve(settings).unwrap().trusted_proxies;
        told.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(of("").is_empty());
    assert_eq!(of("10.0.0.0/8, 192.0.2.1,"), ["10.0.0.0/8", "192.0.2.1/32"]);
    assert_eq!(of("fd00::/8,::1,::ffff:192.0.2.1"), ["fd00::/8", "::1/128", "192.0.2.1/32"]);
}

#[test]
fn a_thread_a_core_serves_unless_told_otherwise() {
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(Config::resolve(Settings::default()).unwrap().workers, cores);
    let settings = Settings { workers: Some("3".to_owned()), ..Settings::default() };
    assert_eq!(Config::resolve(settings).unwrap().workers, 3);
}
