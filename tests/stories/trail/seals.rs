//! Whoever changes the audit trail behind the program's back is found, whatever he may do in the
//! database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use identity::TrailFault;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use stories::company::Company;
use stories::house::{House, Replica, house};

/// The owner, let out of row-level security and of the trigger that would stop him.
async fn owner_of_the_trail(house: &House) -> PgConnection {
    let mut owner = PgConnection::connect(&house.owner_url).await.unwrap();
    for table in ["audit_trail", "audit_seal", "audit_chain", "audit_unsealed"] {
        let sql = format!("alter table {table} no force row level security");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut owner).await.unwrap();
    }
    for table in ["audit_trail", "audit_seal"] {
        let sql = format!("alter table {table} disable trigger append_only");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut owner).await.unwrap();
    }
    owner
}

async fn sql(owner: &mut PgConnection, text: &str) {
    let text = AssertSqlSafe(text.to_owned());
    sqlx::raw_sql(text).execute(owner).await.unwrap();
}

/// Seals until nothing waits.
async fn until_sealed(house: &House, owner: &mut PgConnection) {
    for _ in 0..100 {
        house.seal_audit().await;
        let waiting: i64 = sqlx::query_scalar("select count(*) from audit_unsealed")
            .fetch_one(&mut *owner)
            .await
            .unwrap();
        if waiting == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the trail is not sealed");
}

/// A kind of fault, without its numbers.
fn kinds(faults: &[TrailFault]) -> Vec<&'static str> {
    let mut kinds: Vec<&'static str> = faults
        .iter()
        .map(|fault| match fault {
            TrailFault::Changed { .. } => "changed",
            TrailFault::Removed { .. } => "removed",
            TrailFault::Added { .. } => "added",
            TrailFault::Vanished { .. } => "vanished",
            TrailFault::Again { .. } => "again",
            TrailFault::DatedBack { .. } => "dated back",
            TrailFault::SealRemoved { .. } => "seal removed",
            TrailFault::NotInOrder { .. } => "not in order",
            TrailFault::AnotherRoot { .. } => "another root",
            TrailFault::BadSignature { .. } => "bad signature",
            TrailFault::ForeignKey { .. } => "foreign key",
        })
        .collect();
    kinds.dedup();
    kinds
}

/// What somebody does behind the program's back, how it is undone, and what is then found.
const TAMPERINGS: &[(&str, &str, &str, &[&str])] = &[
    (
        "an entry is changed",
        "update audit_trail set changes = '{\"name\": \"Other\"}' where id = (select min(id) from kept)",
        "update audit_trail a set changes = k.changes from kept k where k.id = a.id",
        &["changed"],
    ),
    (
        "somebody else has done it",
        "update audit_trail set actor_id = gen_random_uuid() where id = (select min(id) from kept)",
        "update audit_trail a set actor_id = k.actor_id from kept k where k.id = a.id",
        &["changed"],
    ),
    (
        "another time",
        "update audit_trail set recorded_at = recorded_at - interval '1 microsecond'
         where id = (select max(id) from kept)",
        "update audit_trail a set recorded_at = k.recorded_at from kept k where k.id = a.id",
        &["changed"],
    ),
    (
        "two entries change places",
        "update audit_trail a set action = k.action, changes = k.changes, subject_id = k.subject_id,
                subject_kind = k.subject_kind
         from kept k
         where a.id in (select min(id) from kept union select max(id) from kept)
           and k.id in (select min(id) from kept union select max(id) from kept) and k.id <> a.id",
        "update audit_trail a set action = k.action, changes = k.changes, subject_id = k.subject_id,
                subject_kind = k.subject_kind
         from kept k where k.id = a.id",
        &["changed"],
    ),
    (
        "an entry is removed",
        "delete from audit_trail where id = (select min(id) from kept)",
        "insert into audit_trail overriding system value select * from kept
         where id = (select min(id) from kept)",
        &["removed"],
    ),
    (
        "an entry is added",
        "insert into audit_trail (tenant_id, actor_kind, actor_id, actor_label, action,
                                  subject_kind, subject_id, changes)
         select tenant_id, actor_kind, actor_id, actor_label, 'updateUser', subject_kind,
                subject_id, changes
         from kept limit 1",
        "delete from audit_trail where id > (select max(id) from kept)",
        &["added"],
    ),
    (
        "an entry is removed before it was sealed",
        "insert into audit_unsealed select tenant_id, 0 from kept limit 1",
        "delete from audit_unsealed where audit_id = 0",
        &["vanished"],
    ),
    (
        "the last seal is removed",
        "delete from audit_seal where number = (select max(number) from seals)",
        "insert into audit_seal select * from seals where number = (select max(number) from seals)",
        &["seal removed", "added"],
    ),
    (
        "the last seal is removed with its entries, and the chain put back",
        "delete from audit_trail where id in
             (select unnest(entries) from seals where number = (select max(number) from seals));
         delete from audit_seal where number = (select max(number) from seals);
         update audit_chain set number = number - 1,
                hash = (select previous from seals where number = (select max(number) from seals))",
        "insert into audit_trail overriding system value select * from kept
         where id in
             (select unnest(entries) from seals where number = (select max(number) from seals));
         insert into audit_seal select * from seals where number = (select max(number) from seals);
         update audit_chain c set number = k.number, hash = k.hash from chain k",
        &["seal removed"],
    ),
    (
        "a seal in the middle is removed",
        "delete from audit_seal where number = 1",
        "insert into audit_seal select * from seals where number = 1",
        &["seal removed", "added"],
    ),
    (
        "a seal holds its entries in another order",
        "update audit_seal set entries = entries[2:2] || entries[1:1] || entries[3:]
         where number = 1",
        "update audit_seal set entries = s.entries from seals s where s.number = 1
         and audit_seal.number = 1",
        &["changed"],
    ),
    (
        "a seal is made to fit",
        "update audit_seal set root = previous where number = 1",
        "update audit_seal set root = s.root from seals s where s.number = 1
         and audit_seal.number = 1",
        &["another root", "bad signature", "not in order"],
    ),
    (
        "a seal says another time",
        "update audit_seal set sealed_at = sealed_at + interval '1 day' where number = 2",
        "update audit_seal set sealed_at = s.sealed_at from seals s where s.number = 2
         and audit_seal.number = 2",
        &["bad signature", "not in order"],
    ),
    (
        "a seal is signed by somebody else",
        "update audit_seal set signature = '\\x00' where number = 1",
        "update audit_seal set signature = s.signature from seals s where s.number = 1
         and audit_seal.number = 1",
        &["bad signature"],
    ),
    (
        "a seal names a key of somebody else",
        "update audit_seal set key_id = 'theirs' where number = 1",
        "update audit_seal set key_id = s.key_id from seals s where s.number = 1
         and audit_seal.number = 1",
        &["foreign key", "not in order"],
    ),
];

#[tokio::test]
async fn tampered_audit_is_found() {
    let server = Replica::on_own_database().await;
    let house = server.house();
    let company = Company::at(house).await;
    let mut owner = owner_of_the_trail(house).await;
    until_sealed(house, &mut owner).await;
    let at = company.furnish().await;
    company.product(&at, "GOOD", "10.00").await;
    until_sealed(house, &mut owner).await;
    company.customer("Debtor", &company.anna_id, json!({})).await;
    company.customer("Other", &company.boris_id, json!({})).await;
    until_sealed(house, &mut owner).await;
    house.verify(&company.slug).await;
    let keep = "create temp table kept as select * from audit_trail;
        create temp table seals as select * from audit_seal;
        create temp table chain as select * from audit_chain";
    sql(&mut owner, keep).await;
    let seals: i64 = sqlx::query_scalar("select max(number) from audit_seal")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert!(seals >= 3, "{seals} seals");

    for (what, done, undone, expected) in TAMPERINGS {
        sql(&mut owner, done).await;
        let mut found = kinds(&house.trail_faults(&company.slug).await);
        found.sort_unstable();
        found.dedup();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{what}");
        sql(&mut owner, undone).await;
        house.verify(&company.slug).await;
    }

    // The command tells it too.
    let (_, done, undone, _) = TAMPERINGS[0];
    sql(&mut owner, done).await;
    let (told, code) = house.oborot(&["verify"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&format!("{}: audit trail: entry ", company.slug)), "{told}");
    assert!(told.ends_with("1 faults of the audit trail.\n"), "{told}");
    sql(&mut owner, undone).await;
    assert_eq!(house.oborot(&["verify"]).1, Some(0));

    // An entry that claims to be old is sealed, and found by its time.
    let old = "with written as (
            insert into audit_trail (tenant_id, actor_kind, actor_id, actor_label, action,
                                     subject_kind, subject_id, changes, recorded_at)
            select tenant_id, actor_kind, actor_id, actor_label, 'updateUser', subject_kind,
                   subject_id, changes, now() - interval '2 days'
            from kept limit 1
            returning tenant_id, id)
        insert into audit_unsealed select tenant_id, id from written";
    sql(&mut owner, old).await;
    until_sealed(house, &mut owner).await;
    assert_eq!(kinds(&house.trail_faults(&company.slug).await), ["dated back"]);
}

/// Entries that commit in another order than they were written: each is sealed, none twice.
#[tokio::test]
async fn an_entry_that_commits_late_is_sealed_late_and_not_missed() {
    let server = Replica::on_own_database().await;
    let house = server.house();
    let company = Company::at(house).await;
    let mut owner = owner_of_the_trail(house).await;
    until_sealed(house, &mut owner).await;

    let mut late = PgConnection::connect(&house.app_url).await.unwrap();
    let tenant: uuid::Uuid = sqlx::query_scalar("select tenant_id from audit_chain")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    let begin = format!(
        "begin; select set_config('app.tenant_id', '{tenant}', true);
         with written as (
             insert into audit_trail (tenant_id, actor_kind, actor_id, actor_label, action,
                                      subject_kind, subject_id, changes)
             values ('{tenant}', 'worker', '00000000-0000-0000-0000-000000000000', 'late', 'late',
                     'User', gen_random_uuid(), '{{}}')
             returning id)
         insert into audit_unsealed select '{tenant}', id from written"
    );
    sql(&mut late, &begin).await;
    // Others write and are sealed meanwhile, and wait for nobody.
    company.customer("Meanwhile", &company.anna_id, json!({})).await;
    until_sealed(house, &mut owner).await;
    let sealed = "select coalesce(max(s.number), 0) from audit_seal s
                  join audit_trail a on a.id = any(s.entries) where a.action = ";
    let seal_of = async |owner: &mut PgConnection, action: &str| -> i64 {
        let text = AssertSqlSafe(format!("{sealed}'{action}'"));
        sqlx::query_scalar(text).fetch_one(owner).await.unwrap()
    };
    let meanwhile = seal_of(&mut owner, "createCustomer").await;
    assert!(meanwhile > 0);
    house.verify(&company.slug).await;

    sql(&mut late, "commit").await;
    until_sealed(house, &mut owner).await;
    assert!(seal_of(&mut owner, "late").await > meanwhile);
    house.verify(&company.slug).await;
}

/// Many write and several seal at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealers_do_not_meet() {
    let server = Replica::with_own_redis().await;
    let twin = server.twin().await;
    let company = Company::at(server.house()).await;
    let writing = async {
        for n in 0..30 {
            company.customer(&format!("C{n}"), &company.anna_id, json!({})).await;
        }
    };
    let sealing = async |house: &House| {
        for _ in 0..30 {
            house.seal_audit().await;
        }
    };
    tokio::join!(writing, sealing(server.house()), sealing(twin.house()));
    let mut owner = owner_of_the_trail(server.house()).await;
    until_sealed(server.house(), &mut owner).await;
    server.house().verify(&company.slug).await;
    twin.house().verify(&company.slug).await;
}

/// Not even by its own logins can the program change what it has written.
#[tokio::test]
async fn the_programs_logins_cannot_change_the_trail() {
    let mut owner = PgConnection::connect(&house().owner_url).await.unwrap();
    let mut app = PgConnection::connect(&house().app_url).await.unwrap();
    sql(&mut app, "select set_config('app.tenant_id', gen_random_uuid()::text, false)").await;
    for table in ["audit_trail", "audit_seal"] {
        for change in [
            format!("update {table} set tenant_id = tenant_id"),
            format!("delete from {table}"),
            format!("truncate {table}"),
        ] {
            let text = AssertSqlSafe(change.clone());
            let refused = sqlx::raw_sql(text).execute(&mut app).await.unwrap_err();
            assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
            let text = AssertSqlSafe(change.clone());
            let refused = sqlx::raw_sql(text).execute(&mut owner).await.unwrap_err();
            assert!(refused.to_string().contains("never changed"), "{change}: {refused}");
        }
    }
}

const SEALS: &str = "{
    auditKeys { keyId publicKey signs }
    auditSeals(first: 20) { nodes { number count firstEntry lastEntry root previous hash keyId
        statement signature entries { number text leaf } } } }";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tree of RFC 6962, written once more by somebody who does not trust the program.
fn tree(leaves: &[Vec<u8>]) -> Vec<u8> {
    if let [only] = leaves {
        return only.clone();
    }
    let split = leaves.len().next_power_of_two() / 2;
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(tree(&leaves[..split]));
    hash.update(tree(&leaves[split..]));
    hash.finalize().to_vec()
}

#[tokio::test]
async fn anybody_with_the_public_key_can_prove_the_trail() {
    let company = Company::new().await;
    company.customer("Known", &company.anna_id, json!({})).await;
    house().seal_audit().await;
    let mut told = Value::Null;
    for _ in 0..50 {
        told = company.director.ask(SEALS, json!({})).await;
        if told.to_string().contains("createCustomer") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let key = &told["auditKeys"][0];
    assert_eq!(key["signs"], true);
    let bytes = URL_SAFE_NO_PAD.decode(key["publicKey"].as_str().unwrap()).unwrap();
    let public = VerifyingKey::from_bytes(&bytes.try_into().unwrap()).unwrap();
    let mut seals = told["auditSeals"]["nodes"].as_array().unwrap().clone();
    seals.reverse();
    assert!(!seals.is_empty());
    let mut previous = "0".repeat(64);
    for (place, seal) in seals.iter().enumerate() {
        let statement = seal["statement"].as_str().unwrap();
        let signature = URL_SAFE_NO_PAD.decode(seal["signature"].as_str().unwrap()).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        public.verify(statement.as_bytes(), &signature).unwrap();
        assert!(public.verify(format!("{statement} ").as_bytes(), &signature).is_err());
        let entries = seal["entries"].as_array().unwrap();
        let leaves: Vec<Vec<u8>> = entries
            .iter()
            .map(|entry| {
                let text = entry["text"].as_str().unwrap();
                let mut hash = Sha256::new();
                hash.update([0]);
                hash.update(text);
                let leaf = hash.finalize().to_vec();
                assert_eq!(hex(&leaf), entry["leaf"]);
                leaf
            })
            .collect();
        assert_eq!(hex(&tree(&leaves)), seal["root"]);
        let said: Vec<String> = serde_json::from_str(statement).unwrap();
        assert_eq!(said[0], "oborot audit seal 1");
        assert_eq!(said[2], (place + 1).to_string());
        assert_eq!(said[4], entries.len().to_string());
        assert_eq!(json!(said[7]), seal["root"]);
        assert_eq!(said[8], previous);
        assert_eq!(json!(said[10]), key["keyId"]);
        previous = hex(&Sha256::digest(statement));
        assert_eq!(json!(previous), seal["hash"]);
    }
    // Neither a manager nor the neighbour reads it.
    assert_eq!(company.anna.denied(SEALS, json!({})).await, "FORBIDDEN");
    let neighbour = Company::new().await;
    let theirs = neighbour.director.ask(SEALS, json!({})).await;
    assert!(!theirs.to_string().contains("Known"), "{theirs}");
}
