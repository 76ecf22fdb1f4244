//! A small shop's articles.

use knowledge::{ArticleText, Index};

pub(crate) const ARTICLES: &[ArticleText<'static>] = &[
    ArticleText {
        id: "refunds",
        title: "When a refund arrives",
        body: "A refund takes **5 working days** after we receive the parcel. \
               It goes to the [payment method](/pay) of the order.\n\n\
               ## Gift cards\nA refund of a gift card is a new code by e-mail.\n",
        language: "en",
        topics: &["returns"],
        questions: &[
            "How long does a refund take?",
            "When do I get my money?",
            "Where is my refund?",
        ],
    },
    ArticleText {
        id: "returns",
        title: "Return an item",
        body: "You can return an item within 30 days of delivery.\n\n## How to return\n\
               Do it in your account.\n\n1. Open the order. Choose *Return*.\n2. Print the label.\n\
               3. Hand in the parcel.\n",
        language: "en",
        topics: &["returns"],
        questions: &["How do I send something back?", "How many days do I have to return?"],
    },
    ArticleText {
        id: "payment",
        title: "Payment methods",
        body: "You can pay by card, bank transfer or invoice.\n\n> Cash is not taken, e.g. at the \
               door.\n",
        language: "en",
        topics: &["payments"],
        questions: &["How can I pay?", "Can I pay by card?", "Do you take cash?"],
    },
    ArticleText {
        id: "delivery",
        title: "Delivery times and costs",
        body: "Delivery costs 5 euro.\n\n| Country | Days |\n|---|---|\n| Sweden | 2 |\n\
               | Norway | 4 |\n",
        language: "en",
        topics: &["delivery"],
        questions: &["What does delivery cost?", "How long does delivery take?"],
    },
    ArticleText {
        id: "password",
        title: "Reset your password",
        body: "Choose \"Forgot password\" on the sign-in page. The link works for one hour.\n",
        language: "en",
        topics: &["account"],
        questions: &["I forgot my password", "How do I reset my password?", "I cannot sign in"],
    },
    ArticleText {
        id: "cancel",
        title: "Cancel an order",
        body: "You can cancel an order until it is packed.\n- Open the order.\n- Choose Cancel.\n",
        language: "en",
        topics: &["orders"],
        questions: &["Can I cancel my order?", "How do I cancel?"],
    },
    ArticleText {
        id: "gift-cards",
        title: "Gift cards",
        body: "A gift card is valid for three years.\n",
        language: "en",
        topics: &["payments"],
        questions: &["When does a gift card expire?", "How long is a gift card valid?"],
    },
    ArticleText {
        id: "retur",
        title: "Returnera en vara",
        body: "Du kan returnera en vara inom 30 dagar. Returen är gratis.\n",
        language: "sv",
        topics: &["returns"],
        questions: &["Hur returnerar jag en vara?", "Kan jag skicka tillbaka?"],
    },
];

pub(crate) fn index() -> Index {
    Index::build(ARTICLES)
}
