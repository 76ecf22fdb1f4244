//! The desk's own sentences to customers, in each language that it speaks.

use privacy::Masked;

/// What the desk can say; `{…}` are filled by the functions below.
struct Sayings {
    language: &'static str,
    ai_notice: &'static str,
    receipt: &'static str,
    receipt_no_topic: &'static str,
    promise_available: &'static str,
    promise_away: &'static str,
    promise_mail: &'static str,
    promise_mail_away: &'static str,
    agent_joined: &'static str,
    released: &'static str,
    closed: &'static str,
    closed_idle: &'static str,
    reopened: &'static str,
    greeting: &'static str,
    you_are_welcome: &'static str,
    person_will_answer: &'static str,
    no_certain_answer: &'static str,
    needs_approval: &'static str,
    yes: &'static str,
    no: &'static str,
    letter_subject: &'static str,
    letter_begins: &'static str,
    letter_ends: &'static str,
    ai: &'static str,
}

const ALL: [Sayings; 6] = [
    Sayings {
        language: "en",
        ai_notice: "I am the AI assistant of {desk}. You can talk to a person at any time.",
        receipt: "A person will answer. Your reference is #{reference}, about: {topic}. \
                  Place in the queue: {place}. {promise}",
        receipt_no_topic: "A person will answer. Your reference is #{reference}. \
                           Place in the queue: {place}. {promise}",
        promise_available: "People are at the desk now; stay here or come back, \
                            the answer will be in this window.",
        promise_away: "Nobody is at the desk right now. People answer: {hours}. \
                       The answer will be in this window.",
        promise_mail: "People are at the desk now; the answer comes by e-mail.",
        promise_mail_away: "Nobody is at the desk right now. People answer: {hours}. The answer comes by e-mail.",
        agent_joined: "{name} is answering now.",
        released: "Another person will go on with you.",
        closed: "This conversation is closed. You can begin a new one at any time.",
        closed_idle: "This conversation was closed because nothing more came. \
                      You can begin a new one at any time.",
        reopened: "This conversation is open again.",
        greeting: "Hello. What can I help you with?",
        you_are_welcome: "You are welcome. Write here whenever there is something else.",
        person_will_answer: "I cannot answer that with certainty, so a person will.",
        no_certain_answer: "I have no certain answer to that question. You can ask for a person at any time.",
        needs_approval: "A colleague has to approve this first. You will read here what comes of it.",
        yes: "Yes",
        no: "No",
        letter_subject: "Your answer from {desk}, #{reference}",
        letter_begins: "This is what was written to you while you were away:",
        letter_ends: "You can answer this letter; what you write goes on in the same conversation.",
        ai: "AI assistant",
    },
    Sayings {
        language: "de",
        ai_notice: "Ich bin der KI-Assistent von {desk}. \
                    Sie können jederzeit mit einem Menschen sprechen.",
        receipt: "Ein Mensch wird antworten. Ihre Nummer ist #{reference}, Thema: {topic}. \
                  Platz in der Warteschlange: {place}. {promise}",
        receipt_no_topic: "Ein Mensch wird antworten. Ihre Nummer ist #{reference}. \
                           Platz in der Warteschlange: {place}. {promise}",
        promise_available: "Es sind gerade Menschen da. Bleiben Sie hier oder kommen Sie zurück, \
                            die Antwort steht in diesem Fenster.",
        promise_away: "Gerade ist niemand da. Menschen antworten: {hours}. \
                       Die Antwort steht in diesem Fenster.",
        promise_mail: "Es sind gerade Menschen da. Die Antwort kommt per E-Mail.",
        promise_mail_away: "Gerade ist niemand da. Menschen antworten: {hours}. Die Antwort kommt per E-Mail.",
        agent_joined: "{name} antwortet jetzt.",
        released: "Eine andere Person macht mit Ihnen weiter.",
        closed: "Dieses Gespräch ist beendet. Sie können jederzeit ein neues beginnen.",
        closed_idle: "Dieses Gespräch wurde beendet, weil nichts mehr kam. \
                      Sie können jederzeit ein neues beginnen.",
        reopened: "Dieses Gespräch ist wieder offen.",
        greeting: "Guten Tag. Womit kann ich helfen?",
        you_are_welcome: "Gern. Schreiben Sie hier, wenn noch etwas ist.",
        person_will_answer: "Das kann ich nicht sicher beantworten, deshalb antwortet ein Mensch.",
        no_certain_answer: "Auf diese Frage habe ich keine sichere Antwort. Sie können jederzeit einen Menschen verlangen.",
        needs_approval: "Das muss zuerst eine Kollegin oder ein Kollege freigeben. Sie lesen hier, was daraus wird.",
        yes: "Ja",
        no: "Nein",
        letter_subject: "Ihre Antwort von {desk}, #{reference}",
        letter_begins: "Das wurde Ihnen geschrieben, während Sie weg waren:",
        letter_ends: "Sie können auf diesen Brief antworten; was Sie schreiben, geht im selben Gespräch weiter.",
        ai: "KI-Assistent",
    },
    Sayings {
        language: "sv",
        ai_notice: "Jag är {desk}s AI-assistent. Du kan prata med en människa när du vill.",
        receipt: "En människa svarar. Ditt ärendenummer är #{reference}, om: {topic}. \
                  Plats i kön: {place}. {promise}",
        receipt_no_topic: "En människa svarar. Ditt ärendenummer är #{reference}. \
                           Plats i kön: {place}. {promise}",
        promise_available: "Det finns folk på plats nu. Stanna här eller kom tillbaka, \
                            svaret kommer i det här fönstret.",
        promise_away: "Ingen är på plats just nu. Människor svarar: {hours}. \
                       Svaret kommer i det här fönstret.",
        promise_mail: "Det finns folk på plats nu. Svaret kommer med e-post.",
        promise_mail_away: "Ingen är på plats just nu. Människor svarar: {hours}. Svaret kommer med e-post.",
        agent_joined: "{name} svarar nu.",
        released: "En annan person fortsätter med dig.",
        closed: "Samtalet är avslutat. Du kan börja ett nytt när som helst.",
        closed_idle: "Samtalet avslutades eftersom inget mer kom. \
                      Du kan börja ett nytt när som helst.",
        reopened: "Samtalet är öppet igen.",
        greeting: "Hej. Vad kan jag hjälpa dig med?",
        you_are_welcome: "Varsågod. Skriv här om det är något mer.",
        person_will_answer: "Det kan jag inte svara säkert på, så en människa svarar.",
        no_certain_answer: "Den frågan har jag inget säkert svar på. Du kan be om en människa när du vill.",
        needs_approval: "En kollega måste godkänna det först. Du läser här vad det blir av det.",
        yes: "Ja",
        no: "Nej",
        letter_subject: "Ditt svar från {desk}, #{reference}",
        letter_begins: "Det här skrevs till dig medan du var borta:",
        letter_ends: "Du kan svara på brevet; det du skriver fortsätter i samma samtal.",
        ai: "AI-assistent",
    },
    Sayings {
        language: "es",
        ai_notice: "Soy el asistente de IA de {desk}. \
                    Puede hablar con una persona en cualquier momento.",
        receipt: "Le responderá una persona. Su referencia es #{reference}, sobre: {topic}. \
                  Lugar en la cola: {place}. {promise}",
        receipt_no_topic: "Le responderá una persona. Su referencia es #{reference}. \
                           Lugar en la cola: {place}. {promise}",
        promise_available: "Ahora hay personas atendiendo. Quédese o vuelva más tarde: \
                            la respuesta estará en esta ventana.",
        promise_away: "Ahora no hay nadie atendiendo. Las personas responden: {hours}. \
                       La respuesta estará en esta ventana.",
        promise_mail: "Ahora hay personas atendiendo. La respuesta llegará por correo electrónico.",
        promise_mail_away: "Ahora no hay nadie atendiendo. Las personas responden: {hours}. La respuesta llegará por correo electrónico.",
        agent_joined: "Ahora responde {name}.",
        released: "Otra persona seguirá con usted.",
        closed: "Esta conversación está cerrada. Puede empezar otra en cualquier momento.",
        closed_idle: "Esta conversación se cerró porque no llegó nada más. \
                      Puede empezar otra en cualquier momento.",
        reopened: "Esta conversación está abierta de nuevo.",
        greeting: "Hola. ¿En qué puedo ayudarle?",
        you_are_welcome: "De nada. Escriba aquí si necesita algo más.",
        person_will_answer: "No puedo responder a eso con certeza; lo hará una persona.",
        no_certain_answer: "No tengo una respuesta segura a esa pregunta. Puede pedir una persona en cualquier momento.",
        needs_approval: "Antes debe aprobarlo un compañero. Aquí leerá el resultado.",
        yes: "Sí",
        no: "No",
        letter_subject: "Su respuesta de {desk}, #{reference}",
        letter_begins: "Esto es lo que se le escribió mientras no estaba:",
        letter_ends: "Puede responder a esta carta; lo que escriba continúa en la misma conversación.",
        ai: "Asistente de IA",
    },
    Sayings {
        language: "fr",
        ai_notice: "Je suis l’assistant IA de {desk}. \
                    Vous pouvez parler à une personne à tout moment.",
        receipt: "Une personne va répondre. Votre référence est #{reference}, sujet : {topic}. \
                  Place dans la file : {place}. {promise}",
        receipt_no_topic: "Une personne va répondre. Votre référence est #{reference}. \
                           Place dans la file : {place}. {promise}",
        promise_available: "Des personnes sont là en ce moment. Restez ou revenez, \
                            la réponse sera dans cette fenêtre.",
        promise_away: "Personne n’est là en ce moment. Des personnes répondent : {hours}. \
                       La réponse sera dans cette fenêtre.",
        promise_mail: "Des personnes sont là en ce moment. La réponse viendra par e-mail.",
        promise_mail_away: "Personne n’est là en ce moment. Des personnes répondent : {hours}. La réponse viendra par e-mail.",
        agent_joined: "{name} vous répond maintenant.",
        released: "Une autre personne va continuer avec vous.",
        closed: "Cette conversation est terminée. Vous pouvez en commencer une autre à tout moment.",
        closed_idle: "Cette conversation a été fermée car rien de plus n’est arrivé. \
                      Vous pouvez en commencer une autre à tout moment.",
        reopened: "Cette conversation est rouverte.",
        greeting: "Bonjour. En quoi puis-je vous aider ?",
        you_are_welcome: "Je vous en prie. Écrivez ici s’il y a autre chose.",
        person_will_answer: "Je ne peux pas y répondre avec certitude ; une personne le fera.",
        no_certain_answer: "Je n’ai pas de réponse certaine à cette question. Vous pouvez demander une personne à tout moment.",
        needs_approval: "Un collègue doit d’abord l’approuver. Vous lirez ici ce qu’il en est.",
        yes: "Oui",
        no: "Non",
        letter_subject: "Votre réponse de {desk}, #{reference}",
        letter_begins: "Voici ce qui vous a été écrit en votre absence :",
        letter_ends: "Vous pouvez répondre à cette lettre ; ce que vous écrivez continue dans la même conversation.",
        ai: "Assistant IA",
    },
    Sayings {
        language: "ar",
        ai_notice: "أنا مساعد {desk} القائم على الذكاء الاصطناعي. \
                    يمكنك التحدث إلى شخص في أي وقت.",
        receipt: "سيجيبك شخص. رقمك المرجعي هو #{reference}، الموضوع: {topic}. \
                  مكانك في الانتظار: {place}. {promise}",
        receipt_no_topic: "سيجيبك شخص. رقمك المرجعي هو #{reference}. \
                           مكانك في الانتظار: {place}. {promise}",
        promise_available: "يوجد موظفون الآن. ابق هنا أو عد لاحقًا، وستجد الإجابة في هذه النافذة.",
        promise_away: "لا يوجد أحد الآن. أوقات الرد: {hours}. ستجد الإجابة في هذه النافذة.",
        promise_mail: "يوجد موظفون الآن. ستصلك الإجابة بالبريد الإلكتروني.",
        promise_mail_away: "لا يوجد أحد الآن. أوقات الرد: {hours}. ستصلك الإجابة بالبريد الإلكتروني.",
        agent_joined: "{name} يجيبك الآن.",
        released: "سيواصل معك شخص آخر.",
        closed: "أُغلقت هذه المحادثة. يمكنك بدء محادثة جديدة في أي وقت.",
        closed_idle: "أُغلقت هذه المحادثة لعدم وصول رسائل أخرى. يمكنك بدء محادثة جديدة في أي وقت.",
        reopened: "فُتحت هذه المحادثة من جديد.",
        greeting: "مرحبًا. كيف يمكنني مساعدتك؟",
        you_are_welcome: "على الرحب والسعة. اكتب هنا متى احتجت إلى شيء آخر.",
        person_will_answer: "لا أستطيع الإجابة عن ذلك بيقين، لذلك سيجيب شخص.",
        no_certain_answer: "ليست لدي إجابة مؤكدة عن هذا السؤال. يمكنك طلب التحدث إلى شخص في أي وقت.",
        needs_approval: "يجب أن يوافق زميل على ذلك أولًا. ستقرأ النتيجة هنا.",
        yes: "نعم",
        no: "لا",
        letter_subject: "إجابتك من {desk}، ‎#{reference}",
        letter_begins: "هذا ما كُتب لك في غيابك:",
        letter_ends: "يمكنك الرد على هذه الرسالة، وما تكتبه يتابع في المحادثة نفسها.",
        ai: "مساعد الذكاء الاصطناعي",
    },
];

/// The languages in which the desk has its own sentences; English first, used for all others.
#[must_use]
pub fn languages() -> [&'static str; 6] {
    ALL.each_ref().map(|sayings| sayings.language)
}

/// The notice that the assistant is AI.
#[must_use]
pub fn ai_notice(language: Option<&str>, desk: &Masked) -> Masked {
    fill(of(language).ai_notice, &[("{desk}", desk.as_str())])
}

/// The frame of a letter that tells a customer what they have not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterFrame {
    /// Its subject.
    pub subject: String,
    /// Before what was written.
    pub begins: &'static str,
    /// After it: how to go on.
    pub ends: &'static str,
    /// The name of the assistant.
    pub ai: &'static str,
}

/// How a letter about a conversation begins and ends.
#[must_use]
pub fn letter_frame(language: Option<&str>, desk: &Masked, reference: i64) -> LetterFrame {
    let sayings = of(language);
    let reference = reference.to_string();
    let subject =
        fill(sayings.letter_subject, &[("{desk}", desk.as_str()), ("{reference}", &reference)]);
    LetterFrame {
        subject: subject.into_string(),
        begins: sayings.letter_begins,
        ends: sayings.letter_ends,
        ai: sayings.ai,
    }
}

/// What the customer is told when a person will answer. `place` counts from 1.
#[must_use]
pub fn receipt(
    language: Option<&str>,
    reference: i64,
    topic: Option<&Masked>,
    place: i64,
    promise: &Masked,
) -> Masked {
    let (reference, place) = (reference.to_string(), place.to_string());
    let rest = [("{reference}", &*reference), ("{place}", &place), ("{promise}", promise.as_str())];
    match topic {
        Some(topic) => {
            let [a, b, c] = rest;
            fill(of(language).receipt, &[("{topic}", topic.as_str()), a, b, c])
        }
        None => fill(of(language).receipt_no_topic, &rest),
    }
}

/// When a person answers, and where: truthful words, whether or not somebody is there.
#[must_use]
pub fn promise(
    language: Option<&str>,
    is_somebody_there: bool,
    hours: &Masked,
    by_mail: bool,
) -> Masked {
    let sayings = of(language);
    let words = match (is_somebody_there, by_mail) {
        (true, false) => sayings.promise_available,
        (false, false) => sayings.promise_away,
        (true, true) => sayings.promise_mail,
        (false, true) => sayings.promise_mail_away,
    };
    fill(words, &[("{hours}", hours.as_str())])
}

/// An agent took the conversation.
#[must_use]
pub fn agent_joined(language: Option<&str>, name: &Masked) -> Masked {
    fill(of(language).agent_joined, &[("{name}", name.as_str())])
}

/// The agent gave the conversation back.
#[must_use]
pub fn released(language: Option<&str>) -> Masked {
    fill(of(language).released, &[])
}

/// The conversation was closed by somebody.
#[must_use]
pub fn closed(language: Option<&str>) -> Masked {
    fill(of(language).closed, &[])
}

/// The conversation was closed by time.
#[must_use]
pub fn closed_idle(language: Option<&str>) -> Masked {
    fill(of(language).closed_idle, &[])
}

/// The conversation goes on.
#[must_use]
pub fn reopened(language: Option<&str>) -> Masked {
    fill(of(language).reopened, &[])
}

/// The assistant's answer to a greeting.
#[must_use]
pub fn greeting(language: Option<&str>) -> Masked {
    fill(of(language).greeting, &[])
}

/// The assistant's answer to thanks.
#[must_use]
pub fn you_are_welcome(language: Option<&str>) -> Masked {
    fill(of(language).you_are_welcome, &[])
}

/// The assistant's last words before a handoff.
#[must_use]
pub fn person_will_answer(language: Option<&str>) -> Masked {
    fill(of(language).person_will_answer, &[])
}

/// A question in between that no article answers.
#[must_use]
pub fn no_certain_answer(language: Option<&str>) -> Masked {
    fill(of(language).no_certain_answer, &[])
}

/// What the customer agreed to waits for a colleague.
#[must_use]
pub fn needs_approval(language: Option<&str>) -> Masked {
    fill(of(language).needs_approval, &[])
}

/// What may be pressed after a question of yes or no.
#[must_use]
pub fn yes_and_no(language: Option<&str>) -> (Masked, Masked) {
    let sayings = of(language);
    (fill(sayings.yes, &[]), fill(sayings.no, &[]))
}

fn of(language: Option<&str>) -> &'static Sayings {
    ALL.iter().find(|sayings| Some(sayings.language) == language).unwrap_or(&ALL[0])
}

/// Fills in one pass, so that a value that holds a placeholder's name is not filled again.
fn fill(template: &str, values: &[(&str, &str)]) -> Masked {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Masked::own_words(out)
}
