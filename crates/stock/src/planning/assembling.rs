//! Meeting needs by putting goods together where they are needed.
//!
//! What components that lie free there suffice for can be put together now. What nobody sells is
//! put together later: what misses of its components is needed in turn, and met like any other
//! need, by moving, putting together or buying.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{Permit, Right};
use catalog::Goods;
use db::{Outcome, TenantTx};
use kernel::{BillId, Decimal, OrganizationId, ProductId, WarehouseId};

use super::rules::{Need, NeedKey};
use super::{PlanSupply, store};
use crate::rules::needed;

/// What to put together of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembling {
    /// What for.
    pub need: Need,
    /// By which bill, as it holds today.
    pub bill_id: BillId,
    /// Of which components.
    pub components: Vec<Part>,
}

/// A component of what is to be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What.
    pub goods: Goods,
    /// Base units.
    pub quantity: Decimal,
    /// What of it does not lie free where it is needed, base units: it is a need of its own.
    pub missing: Decimal,
}

/// A component and how much of it, base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) goods: Goods,
    pub(super) quantity: Decimal,
}

/// What a bill says today: so many finished goods of these components.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) bill_id: BillId,
    pub(super) yields: Decimal,
    pub(super) components: Vec<Component>,
}

type Shelf = (OrganizationId, WarehouseId);

/// The bills in use, and the components that lie free, less what was taken by this plan.
#[derive(Debug, Default)]
pub(super) struct Workshop {
    recipes: HashMap<Goods, Recipe>,
    free: HashMap<NeedKey, Decimal>,
    /// Goods whose bills were looked for.
    known: BTreeSet<ProductId>,
    /// Components that were looked for.
    counted: BTreeSet<ProductId>,
}

impl Workshop {
    /// Looks for bills of needed goods and for their components in those warehouses, which are
    /// the same each time. Those who see no bills get no such proposals.
    pub(super) async fn learn(
        &mut self,
        tx: &TenantTx,
        permit: &Permit<PlanSupply>,
        needs: &[Need],
        warehouses: &BTreeSet<WarehouseId>,
    ) -> Outcome<()> {
        if permit.scope().reach(Right::BillRead).is_none() {
            return Ok(());
        }
        let wanted = needs.iter().map(|need| need.goods.product);
        let products: BTreeSet<ProductId> =
            wanted.filter(|product| self.known.insert(*product)).collect();
        if products.is_empty() {
            return Ok(());
        }
        let recipes = store::recipes(tx, permit, &products).await?;
        let parts = recipes.values().flat_map(|recipe| &recipe.components);
        let parts = parts.map(|part| part.goods.product);
        let parts: BTreeSet<ProductId> = parts.filter(|part| self.counted.insert(*part)).collect();
        if !parts.is_empty() {
            self.free.extend(store::free(tx, permit, &parts, warehouses).await?);
        }
        self.recipes.extend(recipes);
        Ok(())
    }

    /// Takes off needs what can be put together now, those needed first first.
    pub(super) fn now(&mut self, mut needs: Vec<Need>) -> (Vec<Assembling>, Vec<Need>) {
        needs.sort_by_key(|need| need.needed_by);
        let mut made = Vec::new();
        let mut left = Vec::new();
        for need in needs {
            let shelf = (need.organization_id, need.warehouse_id);
            let proposed = self.recipes.get(&need.goods).and_then(|recipe| {
                let quantity = suffices_for(recipe, shelf, &self.free, need.quantity);
                Some((recipe.bill_id, quantity, components(recipe, quantity)?))
            });
            let Some((bill_id, quantity, components)) = proposed else {
                left.push(need);
                continue;
            };
            let components = self.take(shelf, components);
            let (now, rest) = need.split(quantity);
            made.push(Assembling { need: now, bill_id, components });
            left.extend(rest);
        }
        (made, left)
    }

    /// Puts a need together whatever lies there, and adds what misses to what is needed. Gives the
    /// need back where there is no bill.
    pub(super) fn later(
        &mut self,
        need: Need,
        parts: &mut BTreeMap<NeedKey, Need>,
    ) -> Result<Assembling, Box<Need>> {
        let shelf = (need.organization_id, need.warehouse_id);
        let recipe = self.recipes.get(&need.goods);
        let Some((bill_id, components)) =
            recipe.and_then(|recipe| Some((recipe.bill_id, components(recipe, need.quantity)?)))
        else {
            return Err(Box::new(need));
        };
        let components = self.take(shelf, components);
        for part in components.iter().filter(|part| part.missing > Decimal::ZERO) {
            let lacking = Need {
                goods: part.goods,
                quantity: part.missing,
                for_shelf: part.missing,
                demands: Vec::new(),
                ..need.clone()
            };
            lacking.add_to(parts);
        }
        Ok(Assembling { need, bill_id, components })
    }

    /// Takes components off what lies free, as far as it goes.
    fn take(&mut self, shelf: Shelf, components: Vec<Component>) -> Vec<Part> {
        let take = |Component { goods, quantity }: Component| {
            let free = self.free.entry(key(shelf, goods)).or_default();
            let taken = quantity.min((*free).max(Decimal::ZERO));
            *free -= taken;
            Part { goods, quantity, missing: quantity - taken }
        };
        components.into_iter().map(take).collect()
    }
}

/// How many finished goods free components suffice for, at most the wanted ones: where not for
/// all, for whole units.
fn suffices_for(
    recipe: &Recipe,
    shelf: Shelf,
    free: &HashMap<NeedKey, Decimal>,
    wanted: Decimal,
) -> Decimal {
    let most = |part: &Component| {
        let lies = free.get(&key(shelf, part.goods)).copied().unwrap_or_default();
        lies.max(Decimal::ZERO).checked_mul(recipe.yields)?.checked_div(part.quantity)
    };
    let most = recipe.components.iter().map(|part| most(part).unwrap_or_default()).min();
    match most {
        Some(most) if most >= wanted => wanted,
        most => most.unwrap_or_default().floor(),
    }
}

/// What so many finished goods take; `None` where there are none, or a component comes to nothing.
fn components(recipe: &Recipe, finished: Decimal) -> Option<Vec<Component>> {
    let part = |part: &Component| {
        let quantity = needed(part.quantity, recipe.yields, finished)?;
        Some(Component { goods: part.goods, quantity })
    };
    recipe.components.iter().map(part).collect()
}

fn key((organization_id, warehouse_id): Shelf, goods: Goods) -> NeedKey {
    NeedKey { organization_id, warehouse_id, goods }
}

#[cfg(test)]
mod tests {
    use kernel::{DemandId, NaiveDate, Uuid};

    use super::*;

    fn goods(n: u128) -> Goods {
        Goods { product: ProductId(Uuid::from_u128(n)), variant: None }
    }

    fn place() -> Shelf {
        (OrganizationId(Uuid::from_u128(1)), WarehouseId(Uuid::from_u128(2)))
    }

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn need(what: u128, quantity: &str, for_shelf: &str, day: u32) -> Need {
        Need {
            organization_id: place().0,
            warehouse_id: place().1,
            goods: goods(what),
            quantity: dec(quantity),
            for_shelf: dec(for_shelf),
            needed_by: NaiveDate::from_ymd_opt(2026, 3, day).unwrap(),
            demands: vec![DemandId(Uuid::from_u128(9))],
        }
    }

    fn recipe(n: u128, yields: &str, parts: &[(u128, &str)]) -> Recipe {
        let part = |(what, quantity): &(u128, &str)| Component {
            goods: goods(*what),
            quantity: dec(quantity),
        };
        Recipe {
            bill_id: BillId(Uuid::from_u128(n)),
            yields: dec(yields),
            components: parts.iter().map(part).collect(),
        }
    }

    /// Nine wheels and thirty frames, for kits of two wheels and a frame, and of a wheel.
    fn workshop() -> Workshop {
        let lies = [(20, "9"), (21, "30")];
        Workshop {
            recipes: HashMap::from([
                (goods(10), recipe(1, "1", &[(20, "2"), (21, "1")])),
                (goods(11), recipe(2, "1", &[(20, "1")])),
            ]),
            free: lies.map(|(n, has)| (key(place(), goods(n)), dec(has))).into(),
            ..Workshop::default()
        }
    }

    #[test]
    fn free_components_go_to_who_needs_them_first() {
        let mut workshop = workshop();
        let needs = vec![need(10, "5", "2", 9), need(11, "3", "0", 7), need(12, "1", "0", 1)];
        let (made, left) = workshop.now(needs);
        let told: Vec<_> = made
            .iter()
            .map(|one| (one.bill_id.0.as_u128(), one.need.quantity, one.need.for_shelf))
            .collect();
        // Six of nine wheels are left for three of five.
        assert_eq!(told, [(2, dec("3"), dec("0")), (1, dec("3"), dec("0"))]);
        assert_eq!(made[1].components[0].quantity, dec("6"));
        let left: Vec<_> =
            left.iter().map(|one| (one.goods, one.quantity, one.for_shelf)).collect();
        assert_eq!(left, [(goods(12), dec("1"), dec("0")), (goods(10), dec("2"), dec("2"))]);
    }

    #[test]
    fn what_misses_of_components_is_needed_once_whoever_needs_it() {
        let mut workshop = workshop();
        let mut parts = BTreeMap::new();
        let kits = workshop.later(need(10, "5", "2", 9), &mut parts).unwrap();
        assert_eq!((kits.need.quantity, kits.components[0].missing), (dec("5"), dec("1")));
        assert_eq!(kits.components[1].missing, dec("0"));
        let others = workshop.later(need(11, "3", "0", 7), &mut parts).unwrap();
        assert_eq!(others.components[0].missing, dec("3"));
        let parts: Vec<_> = parts.into_values().collect();
        assert_eq!(parts.len(), 1);
        let wheels = &parts[0];
        assert_eq!((wheels.quantity, wheels.for_shelf), (dec("4"), dec("4")));
        assert_eq!((wheels.needed_by.to_string(), wheels.demands.len()), ("2026-03-07".into(), 0));
        let none = need(12, "1", "0", 1);
        assert_eq!(workshop.later(none.clone(), &mut BTreeMap::new()), Err(Box::new(none)));
    }

    #[test]
    fn what_does_not_suffice_for_a_piece_makes_none() {
        for (yields, per, has, wanted, makes) in [
            ("1", "2", "1", "5", "0"),
            ("1", "2", "11", "5", "5"),
            ("1", "2", "9", "5", "4"),
            ("10", "3", "7", "50", "23"),
            ("1", "0.5", "0.7", "1.4", "1.4"),
            ("1", "0.5", "0.6", "1.4", "1"),
            ("1", "2", "-4", "5", "0"),
        ] {
            let recipe = recipe(1, yields, &[(20, per)]);
            let free = HashMap::from([(key(place(), goods(20)), dec(has))]);
            let makes = dec(makes);
            assert_eq!(suffices_for(&recipe, place(), &free, dec(wanted)), makes, "{per} {has}");
            assert_eq!(components(&recipe, makes).is_some(), makes > Decimal::ZERO);
        }
    }
}
