//! The vocabulary of the demo: invented goods, people, places and companies.
//!
//! Brands, companies and persons are made up; a likeness is chance.

pub(super) mod building_finish;
pub(super) mod building_rough;
pub(super) mod building_systems;
pub(super) mod building_walls;
pub(super) mod companies;
pub(super) mod food;
pub(super) mod people;
pub(super) mod places;

/// A top group of the catalog, bought from one supplier.
pub(super) struct Branch {
    pub(super) name: &'static str,
    pub(super) supplier: &'static str,
    pub(super) leaves: &'static [Leaf],
}

/// A group that holds products.
pub(super) struct Leaf {
    pub(super) name: &'static str,
    /// The beginning of its products' sku.
    pub(super) code: &'static str,
    /// How much of the turnover its products tend to make, against 10 as the usual.
    pub(super) weight: u64,
    /// Whether it sells with the season rather than the year round.
    pub(super) seasonal: bool,
    pub(super) goods: &'static [Good],
}

/// One kind of goods in its sizes.
pub(super) struct Good {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    /// The smallest quantity sold, in thousandths of the unit; all quantities are multiples.
    pub(super) step: i64,
    /// What the variant adds to the name, and its first price in roubles.
    pub(super) variants: &'static [(&'static str, i64)],
}

/// A region with its customers' towns.
pub(super) struct Region {
    pub(super) name: &'static str,
    /// The tax service's number of the region.
    pub(super) tax_code: u64,
    pub(super) dial_code: &'static str,
    pub(super) cities: &'static [&'static str],
    /// The share of the company's customers, in no unit.
    pub(super) weight: u64,
    /// Position of the warehouse that serves it.
    pub(super) warehouse: usize,
    /// Position of the department that serves it.
    pub(super) department: usize,
}
