//! Recognises a message that only greets, thanks or takes leave: there is nothing to answer.

/// What is said when nothing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmallTalk {
    /// "Hello".
    Greeting,
    /// "Thank you so much".
    Thanks,
    /// "Bye, have a nice day".
    Goodbye,
}

const GREETINGS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "hiya",
    "heya",
    "yo",
    "good morning",
    "good afternoon",
    "good evening",
    "greetings",
    "howdy",
    "hi there",
    "hello there",
    "hey there",
    "morning",
    "evening",
    "how are you",
    "how are you doing",
    "hallo",
    "guten tag",
    "guten morgen",
    "guten abend",
    "moin",
    "servus",
    "grüezi",
    "hej",
    "hejsan",
    "tjena",
    "hallå",
    "god morgon",
    "god kväll",
    "god dag",
    "hola",
    "buenos días",
    "buenos dias",
    "buenas tardes",
    "buenas noches",
    "buenas",
    "bonjour",
    "salut",
    "bonsoir",
    "coucou",
    "ciao",
    "salve",
    "buongiorno",
    "buonasera",
    "goedemorgen",
    "goedemiddag",
    "goedenavond",
    "goedendag",
    "hoi",
    "olá",
    "ola",
    "oi",
    "bom dia",
    "boa tarde",
    "boa noite",
    "hei",
    "heisann",
    "god morgen",
    "god aften",
    "moi",
    "terve",
    "hyvää päivää",
    "huomenta",
    "cześć",
    "czesc",
    "dzień dobry",
    "dzien dobry",
    "witam",
    "merhaba",
    "selam",
    "iyi günler",
    "مرحبا",
    "السلام عليكم",
    "أهلا",
    "שלום",
    "היי",
    "こんにちは",
    "你好",
    "您好",
];
const THANKS: &[&str] = &[
    "thanks",
    "thank you",
    "thx",
    "ty",
    "cheers",
    "thanks a lot",
    "thank you very much",
    "thank you so much",
    "thanks so much",
    "many thanks",
    "thanks for your help",
    "thank you for your help",
    "thanks for the help",
    "thank you for the help",
    "much appreciated",
    "appreciate it",
    "that helps",
    "that helped",
    "perfect",
    "great",
    "brilliant",
    "lovely",
    "awesome",
    "got it",
    "that's all",
    "thats all",
    "exactly what i needed",
    "just what i needed",
    "what i needed to know",
    "very kind of you",
    "very helpful",
    "good to know",
    "found it",
    "all good",
    "that answers my question",
    "danke",
    "danke schön",
    "danke sehr",
    "vielen dank",
    "besten dank",
    "tack",
    "tack så mycket",
    "tackar",
    "tusen tack",
    "gracias",
    "muchas gracias",
    "merci",
    "merci beaucoup",
    "grazie",
    "grazie mille",
    "bedankt",
    "dank je",
    "dank u",
    "dank je wel",
    "dankjewel",
    "obrigado",
    "obrigada",
    "muito obrigado",
    "muito obrigada",
    "tak",
    "mange tak",
    "takk",
    "takk skal du ha",
    "kiitos",
    "kiitos paljon",
    "dziękuję",
    "dziekuje",
    "dzięki",
    "teşekkürler",
    "teşekkür ederim",
    "شكرا",
    "شكرا جزيلا",
    "תודה",
    "תודה רבה",
    "ありがとう",
    "ありがとうございます",
    "谢谢",
];
const GOODBYES: &[&str] = &[
    "bye",
    "goodbye",
    "good bye",
    "bye bye",
    "see you",
    "see ya",
    "cya",
    "have a nice day",
    "have a good day",
    "have a great day",
    "have a good one",
    "have a nice weekend",
    "have a good weekend",
    "take care",
    "good night",
    "tschüss",
    "tschüß",
    "auf wiedersehen",
    "schönen tag noch",
    "bis bald",
    "hejdå",
    "hej då",
    "ha det bra",
    "ha en bra dag",
    "adiós",
    "adios",
    "hasta luego",
    "au revoir",
    "bonne journée",
    "à bientôt",
    "arrivederci",
    "buona giornata",
    "tot ziens",
    "fijne dag",
    "tchau",
    "adeus",
    "farvel",
    "ha det",
    "hei hei",
    "ha en god dag",
    "näkemiin",
    "do widzenia",
    "hoşça kal",
    "مع السلامة",
    "להתראות",
    "さようなら",
    "再见",
];
/// Words that may stand beside without making it a question.
const BESIDE: &[&str] = &[
    "there", "again", "everyone", "all", "team", "so", "very", "much", "you", "oh", "ok", "okay",
    "and", "well", "sir", "madam", "mate", "then", "for", "now", "a", "lot", "super", "und", "och",
    "y", "et", "e", "en", "og", "ja", "to", "the", "your", "help", "that", "is", "was", "know",
    "quick", "answer", "exactly",
];
const N_WORDS_MAX: usize = 12;

/// The last thing said, if nothing else is: "hi" greets, "thanks, bye" takes leave.
pub fn small_talk(text: &str) -> Option<SmallTalk> {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let words: Vec<&str> = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|w| !w.is_empty())
        .collect();
    if words.is_empty() || words.len() > N_WORDS_MAX {
        return None;
    }
    let mut last = None;
    let mut place = 0;
    while place < words.len() {
        match phrase_at(&words[place..]) {
            Some((kind, n_words)) => {
                last = Some(kind);
                place += n_words;
            }
            None if BESIDE.contains(&words[place]) => place += 1,
            None => return None,
        }
    }
    last
}

/// The longest phrase that the words begin with.
fn phrase_at(words: &[&str]) -> Option<(SmallTalk, usize)> {
    let lists = [
        (SmallTalk::Goodbye, GOODBYES),
        (SmallTalk::Thanks, THANKS),
        (SmallTalk::Greeting, GREETINGS),
    ];
    for n_words in (1..=words.len().min(5)).rev() {
        let phrase = words[..n_words].join(" ");
        for (kind, list) in lists {
            if list.contains(&phrase.as_str()) {
                return Some((kind, n_words));
            }
        }
    }
    None
}
