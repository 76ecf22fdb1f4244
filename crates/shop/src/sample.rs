//! A small shop for a demo: goods for home and outdoors, and orders of its customers.

use std::collections::BTreeMap;

use crate::{
    change::OPEN,
    records::{
        Address, Cents, Direction, Instalment, Item, Name, Order, Parcel, Payment, PaymentMethod,
        Product, Records, User, Variant,
    },
};

/// Somebody who buys in the sample shop.
#[derive(Clone, Debug)]
pub struct Buyer {
    /// The id under which the shop knows them.
    pub id: String,
    /// Their whole name.
    pub name: String,
}

/// What is sold: a name, the option that its variants differ in, and each variant's price.
type Good = (&'static str, &'static str, &'static [(&'static str, i64)]);

const GOODS: [Good; 10] = [
    ("Floor lamp", "colour", &[("brass", 12_900), ("black", 11_900), ("white", 11_900)]),
    ("Oak table", "length", &[("140 cm", 54_900), ("180 cm", 64_900), ("220 cm", 79_900)]),
    ("Wool blanket", "colour", &[("grey", 6_900), ("mustard", 6_900), ("forest", 7_400)]),
    ("Folding chair", "material", &[("canvas", 4_900), ("leather", 9_900)]),
    ("Tent for two", "season", &[("summer", 18_900), ("all seasons", 28_900)]),
    ("Sleeping bag", "size", &[("regular", 12_400), ("long", 13_400)]),
    ("Enamel mug", "colour", &[("blue", 1_400), ("cream", 1_400), ("red", 1_500)]),
    ("Bookshelf", "height", &[("120 cm", 19_900), ("200 cm", 29_900)]),
    ("Rain jacket", "size", &[("S", 15_900), ("M", 15_900), ("L", 15_900)]),
    ("Sofa", "fabric", &[("linen", 249_900), ("velvet", 279_900)]),
];

/// Town, postal code and region of the addresses.
const TOWNS: [(&str, &str, &str); 6] = [
    ("Gothenburg", "411 03", "Västra Götaland"),
    ("Malmö", "211 20", "Skåne"),
    ("Hamburg", "20095", "Hamburg"),
    ("Lyon", "69002", "Auvergne-Rhône-Alpes"),
    ("Bergen", "5003", "Vestland"),
    ("Bristol", "BS1 4DJ", "England"),
];
const STREETS: [&str; 6] =
    ["Harbour Lane", "Linden Street", "Mill Road", "Station Street", "Church Hill", "Quay Street"];
/// Where orders stand, over and over: each customer has some of each.
const STATES: [&str; 5] = ["delivered", "pending", "processed", "delivered", "pending"];

/// The shop's records for these customers; the same seed gives the same. `today` is a day such as
/// `2026-12-31`: what is paid later is due from then on.
pub fn sample(buyers: &[Buyer], seed: u64, today: &str) -> Records {
    let mut draws = Draws(seed ^ 0x5eed);
    let mut records = Records { products: goods(), ..Records::default() };
    for (place, buyer) in buyers.iter().enumerate() {
        let mut user = user(buyer, place, &mut draws);
        for n in 0..3 + draws.below(3) {
            let status = STATES[(place + n) % STATES.len()];
            let mut order = order(&records, &user, status, &mut draws);
            if n == 0 {
                order.instalments = plan(&order, today);
            }
            // Some buy what nobody pays back without asking a colleague.
            if n == 1 && place % 8 == 0 {
                furnish(&records, &mut order);
            }
            user.orders.push(order.order_id.clone());
            records.orders.insert(order.order_id.clone(), order);
        }
        records.users.insert(user.user_id.clone(), user);
    }
    records
}

fn goods() -> BTreeMap<String, Product> {
    let product = |(n, (name, option, variants)): (usize, &Good)| {
        let product_id = format!("90{n:02}000000");
        let variants = variants.iter().enumerate().map(|(v, (value, price))| {
            let item_id = format!("10{n:02}{v:02}5010");
            let variant = Variant {
                item_id: item_id.clone(),
                options: BTreeMap::from([((*option).to_owned(), (*value).to_owned())]),
                available: true,
                price: Cents(*price),
            };
            (item_id, variant)
        });
        let variants = variants.collect();
        (product_id.clone(), Product { name: (*name).to_owned(), product_id, variants })
    };
    GOODS.iter().enumerate().map(product).collect()
}

fn user(buyer: &Buyer, place: usize, draws: &mut Draws) -> User {
    let (first, last) = buyer.name.split_once(' ').unwrap_or((&buyer.name, ""));
    let card = PaymentMethod::CreditCard {
        id: format!("card_{place}"),
        brand: if draws.below(2) == 0 { "visa" } else { "mastercard" }.to_owned(),
        last_four: format!("{:04}", 1_000 + draws.below(9_000)),
    };
    let gift = PaymentMethod::GiftCard { id: format!("gift_{place}"), balance: Cents(5_000) };
    let methods = [(format!("card_{place}"), card), (format!("gift_{place}"), gift)];
    let (city, zip, state) = TOWNS[place % TOWNS.len()];
    User {
        user_id: buyer.id.clone(),
        name: Name { first_name: first.to_owned(), last_name: last.to_owned() },
        address: Address {
            address1: format!("{} {}", 1 + draws.below(90), STREETS[draws.below(STREETS.len())]),
            address2: String::new(),
            city: city.to_owned(),
            country: "Sweden".to_owned(),
            state: state.to_owned(),
            zip: zip.to_owned(),
        },
        email: format!("{}@example.com", buyer.id),
        payment_methods: methods.into_iter().collect(),
        orders: Vec::new(),
    }
}

fn order(records: &Records, user: &User, status: &str, draws: &mut Draws) -> Order {
    let order_id = loop {
        let id = format!("#W{:07}", 1_000_000 + draws.below(9_000_000));
        if !records.orders.contains_key(&id) {
            break id;
        }
    };
    let products: Vec<&Product> = records.products.values().collect();
    let items: Vec<Item> = (0..=draws.below(2))
        .map(|_| {
            let product = products[draws.below(products.len())];
            let variants: Vec<&Variant> = product.variants.values().collect();
            let variant = variants[draws.below(variants.len())];
            Item {
                name: product.name.clone(),
                product_id: product.product_id.clone(),
                item_id: variant.item_id.clone(),
                price: variant.price,
                options: variant.options.clone(),
            }
        })
        .collect();
    let amount = Cents(items.iter().map(|item| item.price.0).sum());
    let method = user.payment_methods.keys().next().cloned().unwrap_or_default();
    let fulfillments = match status {
        "pending" => Vec::new(),
        _ => vec![Parcel {
            tracking_id: vec![format!("FJ{:09}", draws.below(1_000_000_000))],
            item_ids: items.iter().map(|item| item.item_id.clone()).collect(),
        }],
    };
    Order {
        order_id,
        user_id: user.user_id.clone(),
        address: user.address.clone(),
        items,
        status: status.to_owned(),
        fulfillments,
        payment_history: vec![Payment {
            transaction_type: Direction::Payment,
            amount,
            payment_method_id: method,
        }],
        cancel_reason: None,
        exchange_items: None,
        exchange_new_items: None,
        exchange_payment_method_id: None,
        exchange_price_difference: None,
        return_items: None,
        return_payment_method_id: None,
        instalments: Vec::new(),
    }
}

/// Three instalments, of which one is paid.
fn plan(order: &Order, today: &str) -> Vec<Instalment> {
    let Ok(today) = today.parse::<jiff::civil::Date>() else { return Vec::new() };
    let whole: i64 = order.items.iter().map(|item| item.price.0).sum();
    (1..=3_u32)
        .filter_map(|number| {
            let days = 30 * i64::from(number) - 37;
            let due = today.checked_add(jiff::Span::new().days(days)).ok()?;
            Some(Instalment {
                number,
                due: due.to_string(),
                amount: Cents(whole / 3),
                status: if number == 1 { "paid" } else { OPEN }.to_owned(),
                is_moved: false,
            })
        })
        .collect()
}

/// Makes it a sofa that has not left the house.
fn furnish(records: &Records, order: &mut Order) {
    let sofa = records.products.values().find(|product| product.name == "Sofa");
    let Some((sofa, variant)) = sofa.and_then(|sofa| Some((sofa, sofa.variants.values().next()?)))
    else {
        return;
    };
    order.items = vec![Item {
        name: sofa.name.clone(),
        product_id: sofa.product_id.clone(),
        item_id: variant.item_id.clone(),
        price: variant.price,
        options: variant.options.clone(),
    }];
    order.status = "pending".to_owned();
    order.fulfillments.clear();
    for payment in &mut order.payment_history {
        payment.amount = variant.price;
    }
}

/// Draws of splitmix64.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}
