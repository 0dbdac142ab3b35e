//! Meeting needs by putting goods together where they are needed, out of components that lie free
//! there. What components do not suffice for is left to be bought.

use std::collections::{BTreeSet, HashMap};

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
    /// What for: so much of it as components suffice for.
    pub need: Need,
    /// By which bill, as it holds today.
    pub bill_id: BillId,
    /// Of which components, all of them free where the goods are needed.
    pub components: Vec<Component>,
}

/// A component and how much of it, base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// What.
    pub goods: Goods,
    /// Base units.
    pub quantity: Decimal,
}

/// What a bill says today: so many finished goods of these components.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) bill_id: BillId,
    pub(super) yields: Decimal,
    pub(super) components: Vec<Component>,
}

type Shelf = (OrganizationId, WarehouseId);

/// Takes off needs what can be put together now. Those who see no bills get no such proposals.
pub(super) async fn assemble(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    needs: Vec<Need>,
) -> Outcome<(Vec<Assembling>, Vec<Need>)> {
    if needs.is_empty() || permit.scope().reach(Right::BillRead).is_none() {
        return Ok((Vec::new(), needs));
    }
    let products: BTreeSet<ProductId> = needs.iter().map(|need| need.goods.product).collect();
    let recipes = store::recipes(tx, permit, &products).await?;
    if recipes.is_empty() {
        return Ok((Vec::new(), needs));
    }
    let parts = recipes.values().flat_map(|recipe| &recipe.components);
    let parts: BTreeSet<ProductId> = parts.map(|part| part.goods.product).collect();
    let warehouses: BTreeSet<WarehouseId> = needs.iter().map(|need| need.warehouse_id).collect();
    let mut free = store::free(tx, permit, &parts, &warehouses).await?;
    Ok(share(needs, &recipes, &mut free))
}

/// Gives free components to needs, those needed first first.
fn share(
    mut needs: Vec<Need>,
    recipes: &HashMap<Goods, Recipe>,
    free: &mut HashMap<NeedKey, Decimal>,
) -> (Vec<Assembling>, Vec<Need>) {
    needs.sort_by_key(|need| need.needed_by);
    let mut made = Vec::new();
    let mut left = Vec::new();
    for need in needs {
        let shelf = (need.organization_id, need.warehouse_id);
        let recipe = recipes.get(&need.goods);
        let proposed = recipe.and_then(|recipe| {
            let quantity = suffices_for(recipe, shelf, free, need.quantity);
            Some((recipe, quantity, components(recipe, quantity)?))
        });
        let Some((recipe, quantity, components)) = proposed else {
            left.push(need);
            continue;
        };
        for part in &components {
            *free.entry(key(shelf, part.goods)).or_default() -= part.quantity;
        }
        let (now, rest) = need.split(quantity);
        made.push(Assembling { need: now, bill_id: recipe.bill_id, components });
        left.extend(rest);
    }
    (made, left)
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

    #[test]
    fn free_components_go_to_who_needs_them_first() {
        let recipes = HashMap::from([
            (goods(10), recipe(1, "1", &[(20, "2"), (21, "1")])),
            (goods(11), recipe(2, "1", &[(20, "1")])),
        ]);
        let lies = [(20, "9"), (21, "30")];
        let mut free = lies.map(|(n, has)| (key(place(), goods(n)), dec(has))).into();
        let needs = vec![need(10, "5", "2", 9), need(11, "3", "0", 7), need(12, "1", "0", 1)];
        let (made, left) = share(needs, &recipes, &mut free);
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
