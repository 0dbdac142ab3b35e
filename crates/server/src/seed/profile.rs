//! What makes each demo company the company it is: sizes, staff, vocabulary, habits.

use super::model::{Role, Warehouse};
use super::words::{
    Branch, Region, building_finish, building_rough, building_systems, building_walls, companies,
    food, people, places,
};

pub(super) struct Profile {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    /// IANA name.
    pub(super) time_zone: &'static str,
    /// Keeps the dice of the companies apart.
    pub(super) stream: u64,
    /// Complete months of history before today's.
    pub(super) months: u32,
    pub(super) orders: usize,
    pub(super) customers: usize,
    /// What a month brings at the start, in roubles.
    pub(super) turnover: i64,
    /// Growth over the whole history.
    pub(super) trend_per_mille: u64,
    /// Per mille by calendar month.
    pub(super) season: [u64; 12],
    /// Percent, on every product.
    pub(super) vat_rate: i64,
    pub(super) departments: &'static [&'static str],
    pub(super) staff: &'static [Person],
    pub(super) organization: Firm,
    pub(super) warehouses: &'static [Warehouse],
    /// Products of a better rank than this lie in every warehouse, the rest in the first only.
    pub(super) stocked_everywhere: usize,
    pub(super) branches: &'static [&'static Branch],
    pub(super) regions: &'static [Region],
    pub(super) name_heads: &'static [&'static str],
    pub(super) name_tails: &'static [&'static str],
    pub(super) positions: &'static [&'static str],
    /// The newest orders, newest first, take these courses; all older ones are done with.
    pub(super) recent: &'static [Fate],
    pub(super) debtors: &'static [Debtor],
    /// Advances on account in the last weeks.
    pub(super) advances: usize,
    /// Ranks of well-sold products that are sold out today.
    pub(super) sold_out: &'static [usize],
    /// Every so many products (by rank) run low today.
    pub(super) low_every: usize,
    /// Divides a product's share of turnover into its order lines a month: larger, fewer lines.
    pub(super) share_per_line: u64,
}

pub(super) struct Person {
    pub(super) role: Role,
    pub(super) name: &'static str,
    pub(super) department: Option<usize>,
}

pub(super) struct Firm {
    pub(super) name: &'static str,
    pub(super) tax_code: u64,
    pub(super) address: &'static str,
}

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Draft,
    /// Confirmed and reserved, not shipped yet.
    Waiting,
    /// Confirmed, with lines that no stock covers.
    Short,
    /// Shipped in part, the rest is reserved.
    Part,
    Cancelled,
    Shipped,
    /// Shipped in two parts.
    ShippedTwice,
}

/// A customer that stopped paying.
pub(super) struct Debtor {
    pub(super) customer: usize,
    /// About how long its last shipment has been due.
    pub(super) days_overdue: i64,
    /// How much of it has been paid.
    pub(super) paid_per_mille: i64,
}

const fn debtor(customer: usize, days_overdue: i64, paid_per_mille: i64) -> Debtor {
    Debtor { customer, days_overdue, paid_per_mille }
}

const fn person(role: Role, name: &'static str, department: Option<usize>) -> Person {
    Person { role, name, department }
}

pub(super) const VOSTOK: Profile = Profile {
    slug: "vostok",
    name: "Торговый дом «Восток»",
    time_zone: "Europe/Moscow",
    stream: 100,
    months: 24,
    orders: 1_500,
    customers: 200,
    turnover: 12_000_000,
    trend_per_mille: 250,
    season: [560, 640, 860, 1_080, 1_260, 1_360, 1_380, 1_320, 1_220, 1_040, 820, 660],
    vat_rate: 22,
    departments: &["Отдел продаж «Столица»", "Отдел региональных продаж"],
    staff: &[
        person(Role::Director, "Вершинина Ольга Сергеевна", None),
        person(Role::Manager, "Дроздов Антон Викторович", Some(0)),
        person(Role::Manager, "Полозова Марина Игоревна", Some(0)),
        person(Role::Manager, "Карпов Денис Андреевич", Some(0)),
        person(Role::Manager, "Снегирёва Юлия Павловна", Some(1)),
        person(Role::Manager, "Завьялов Тимур Олегович", Some(1)),
        person(Role::Warehouse, "Мельников Григорий Петрович", None),
        person(Role::Accounting, "Рябинина Светлана Юрьевна", None),
        person(Role::Admin, "Третьяков Максим Романович", None),
    ],
    organization: Firm {
        name: "ООО «Торговый дом „Восток“»",
        tax_code: 50,
        address: "142100, Московская область, г. Подольск, ул. Складская, д. 8",
    },
    warehouses: &[
        Warehouse {
            code: "PODOLSK",
            name: "Подольск, основной",
            address: "Московская область, г. Подольск, ул. Складская, д. 8",
        },
        Warehouse {
            code: "YAROSLAVL",
            name: "Ярославль",
            address: "г. Ярославль, ул. Промышленная, д. 21",
        },
        Warehouse {
            code: "KAZAN",
            name: "Казань",
            address: "Республика Татарстан, г. Казань, ш. Окружное, д. 4",
        },
    ],
    stocked_everywhere: 150,
    branches: &[
        &building_walls::MIXES,
        &building_walls::WALLS,
        &building_walls::INSULATION,
        &building_walls::PAINT,
        &building_rough::ROOFS,
        &building_rough::TIMBER,
        &building_rough::METAL,
        &building_systems::FASTENERS,
        &building_systems::PIPES,
        &building_systems::ELECTRICS,
        &building_systems::TOOLS,
        &building_finish::FLOORS,
        &building_finish::YARD,
    ],
    regions: places::VOSTOK_REGIONS,
    name_heads: companies::BUILDER_HEADS,
    name_tails: companies::BUILDER_TAILS,
    positions: people::POSITIONS,
    recent: &RECENT,
    debtors: &[
        debtor(31, 12, 0),
        debtor(14, 21, 400),
        debtor(47, 40, 0),
        debtor(26, 50, 300),
        debtor(58, 70, 0),
        debtor(39, 80, 500),
        debtor(66, 110, 0),
        debtor(52, 150, 250),
        debtor(83, 230, 0),
    ],
    advances: 6,
    sold_out: &[6, 12, 19, 27, 36, 45, 57, 70, 88, 105, 126, 170],
    low_every: 17,
    share_per_line: 2_200,
};

pub(super) const ZAPAD: Profile = Profile {
    slug: "zapad",
    name: "Западный продуктовый двор",
    time_zone: "Europe/Kaliningrad",
    stream: 200,
    months: 12,
    orders: 250,
    customers: 40,
    turnover: 1_900_000,
    trend_per_mille: 150,
    season: [820, 860, 940, 980, 1_020, 1_080, 1_120, 1_100, 980, 980, 1_020, 1_280],
    vat_rate: 10,
    departments: &["Отдел продаж"],
    staff: &[
        person(Role::Director, "Лаптев Виктор Николаевич", None),
        person(Role::Manager, "Голубева Анна Михайловна", Some(0)),
        person(Role::Manager, "Устинов Роман Евгеньевич", Some(0)),
        person(Role::Warehouse, "Чижов Павел Борисович", None),
        person(Role::Accounting, "Осипова Лариса Васильевна", None),
        person(Role::Admin, "Жаров Артём Алексеевич", None),
    ],
    organization: Firm {
        name: "ООО «Западный продуктовый двор»",
        tax_code: 39,
        address: "236000, г. Калининград, ул. Привокзальная, д. 12",
    },
    warehouses: &[Warehouse {
        code: "MAIN",
        name: "Калининград",
        address: "г. Калининград, ул. Привокзальная, д. 12",
    }],
    stocked_everywhere: 0,
    branches: &[&food::FOOD[0], &food::FOOD[1], &food::FOOD[2]],
    regions: places::ZAPAD_REGIONS,
    name_heads: companies::SHOP_HEADS,
    name_tails: companies::SHOP_TAILS,
    positions: people::FOOD_POSITIONS,
    recent: RECENT.split_at(18).0,
    debtors: &[debtor(6, 15, 0), debtor(11, 45, 300), debtor(15, 75, 0), debtor(19, 130, 0)],
    advances: 2,
    sold_out: &[4, 13, 25, 38],
    low_every: 9,
    share_per_line: 12_000,
};

const RECENT: [Fate; 40] = {
    use Fate::{Cancelled, Draft, Part, Shipped, Short, Waiting};
    [
        Draft, Waiting, Short, Draft, Waiting, Draft, Short, Waiting, Shipped, Part, //
        Waiting, Short, Draft, Shipped, Waiting, Part, Shipped, Cancelled, Waiting,
        Shipped, //
        Shipped, Part, Shipped, Waiting, Draft, Shipped, Shipped, Cancelled, Waiting,
        Shipped, //
        Part, Shipped, Shipped, Shipped, Waiting, Shipped, Shipped, Shipped, Shipped, Waiting,
    ]
};
