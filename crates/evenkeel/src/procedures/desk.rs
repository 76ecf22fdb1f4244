//! The desk's side of the calls: each is a row before it is a request, and its effect happens once.

use std::{fmt, io, path::Path};

use assistant::{
    Arguments, Call, CallEvent, CallState, Moved, Refusal, Standing, Tool, Tools, Verdict, check,
    identify,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shop::{Journal, Records, Shop, ShopError};

use super::stops::Stops;

/// The desk's day in an evaluation: limits count within it.
pub(super) const DAY: i32 = 20_000;

/// The one case of an evaluation.
const CASE: &str = "case";

/// A desk that serves one conversation by calls to the shop.
pub(crate) struct Desk<'a> {
    tools: &'a Tools,
    pub(crate) shop: Shop,
    pub(crate) calls: Vec<Call>,
    pub(crate) customer: Option<String>,
    /// How many actions of the conversation are behind it.
    pub(crate) done: usize,
    rows: Journal,
    stops: Stops,
}

/// A line of the desk's own file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Row {
    /// The customer is known.
    Customer(String),
    /// So many actions are done.
    Done(usize),
    /// A call as it stands now.
    Call(Box<Call>),
}

/// Who says yes to a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Consent<'a> {
    /// What was read back to the customer and confirmed by them.
    pub(crate) confirmed: Option<&'a Value>,
    /// The colleagues who are asked for approval, in their order.
    pub(crate) approvers: &'a [&'a str],
}

/// Why a call was not made, or what stands in its way.
#[derive(Debug)]
pub(crate) enum NotMade {
    /// The desk's rules refuse it.
    Refused(Refusal),
    /// It is not written as its tool declares, or there is no such tool.
    Malformed,
    /// It waits for the customer's yes.
    NeedsConfirmation,
    /// It waits for so many more people.
    NeedsApproval,
    /// The shop refuses it.
    ByShop(String),
    /// A disk refused; nothing is known to be done.
    Broken(String),
}

impl fmt::Display for NotMade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(formatter, "{refusal}"),
            Self::Malformed => formatter.write_str("it is not written as its tool declares"),
            Self::NeedsConfirmation => formatter.write_str("the customer has not said yes to it"),
            Self::NeedsApproval => formatter.write_str("people have not approved it"),
            Self::ByShop(why) | Self::Broken(why) => formatter.write_str(why),
        }
    }
}

impl From<Refusal> for NotMade {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for NotMade {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl<'a> Desk<'a> {
    /// Opens desk and shop in a folder as they were left, and settles what nobody knows of: a call
    /// that was running is read back from the shop by its key.
    pub(crate) fn open(
        tools: &'a Tools,
        records: Records,
        folder: &Path,
        stops: Stops,
    ) -> io::Result<Self> {
        let shop = Shop::open(records, &folder.join("shop.ndjson"))?;
        let (rows, before) = Journal::open::<Row>(&folder.join("desk.ndjson"))?;
        let mut desk =
            Self { tools, shop, calls: Vec::new(), customer: None, done: 0, rows, stops };
        for row in before {
            desk.keep(row);
        }
        desk.settle()?;
        Ok(desk)
    }

    fn keep(&mut self, row: Row) {
        match row {
            Row::Customer(customer) => self.customer = Some(customer),
            Row::Done(done) => self.done = done,
            Row::Call(call) => match self.calls.iter_mut().find(|other| other.key == call.key) {
                Some(other) => *other = *call,
                None => self.calls.push(*call),
            },
        }
    }

    fn write(&mut self, row: Row) -> io::Result<()> {
        self.stops.before();
        if self.stops.tears() {
            self.rows.tear(&row);
        }
        self.rows.append(&row)?;
        self.keep(row);
        self.stops.after();
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        let open: Vec<Call> = self
            .calls
            .iter()
            .filter(|call| matches!(call.state, CallState::Running | CallState::Unknown))
            .cloned()
            .collect();
        for mut call in open {
            if call.state == CallState::Running {
                self.advance(&mut call, CallEvent::Lose)?;
            }
            let event = match self.shop.read_back(call.key.as_str()) {
                Some(Ok(result)) => CallEvent::Found(result.clone()),
                Some(Err(why)) => CallEvent::Fail(why.to_string()),
                None => CallEvent::Absent,
            };
            self.advance(&mut call, event)?;
        }
        Ok(())
    }

    fn advance(&mut self, call: &mut Call, event: CallEvent) -> io::Result<()> {
        call.apply(event).map_err(io::Error::other)?;
        self.write(Row::Call(Box::new(call.clone())))
    }

    /// The customer has signed in.
    pub(crate) fn sign_in(&mut self, customer: &str) -> io::Result<()> {
        if self.customer.is_none() {
            self.write(Row::Customer(customer.to_owned()))?;
        }
        Ok(())
    }

    /// An action of the conversation is behind the desk.
    pub(crate) fn finish(&mut self, done: usize) -> io::Result<()> {
        self.write(Row::Done(done))
    }

    /// Makes a call at a step of the conversation if the rules allow it.
    pub(crate) fn call(
        &mut self,
        step: &str,
        name: &str,
        arguments: &Value,
        consent: Consent<'_>,
    ) -> Result<Value, NotMade> {
        let tool = self.tools.get(name).ok_or(NotMade::Malformed)?;
        let arguments = Arguments::read(tool, arguments).map_err(|_| NotMade::Malformed)?;
        let call = Call::propose((CASE, step), tool, arguments, self.customer.as_deref(), DAY);
        if tool.changes() {
            let known = self.calls.iter().find(|other| other.key == call.key).cloned();
            self.change(tool, known.unwrap_or(call), consent)
        } else {
            self.look(tool, &call)
        }
    }

    fn look(&mut self, tool: &Tool, call: &Call) -> Result<Value, NotMade> {
        self.check(tool, call)?;
        let result = self.shop.look(&tool.name, &call.arguments.to_json());
        let result = result.map_err(|why| NotMade::ByShop(why.to_string()))?;
        if tool.identifies {
            let found = result.as_str().ok_or(NotMade::Malformed)?;
            identify(self.customer.as_deref(), found)?;
            self.sign_in(found)?;
        }
        Ok(result)
    }

    fn change(
        &mut self,
        tool: &Tool,
        mut call: Call,
        consent: Consent<'_>,
    ) -> Result<Value, NotMade> {
        if call.state == CallState::Proposed {
            self.propose(tool, &mut call, consent)?;
            self.advance(&mut call, CallEvent::Approve)?;
        }
        if call.state == CallState::Approved {
            self.advance(&mut call, CallEvent::Start)?;
            let reply = self.send(&call)?;
            let event = match reply {
                Ok(result) => CallEvent::Succeed(result),
                Err(why) => CallEvent::Fail(why),
            };
            self.advance(&mut call, event)?;
        }
        match call.state {
            CallState::Succeeded(result) => Ok(result),
            CallState::Failed(why) => Err(NotMade::ByShop(why)),
            _ => Err(NotMade::Broken("the call is not settled".into())),
        }
    }

    /// Asks everybody who has to say yes; gives the call back only when nobody is missing.
    fn propose(
        &mut self,
        tool: &Tool,
        call: &mut Call,
        consent: Consent<'_>,
    ) -> Result<(), NotMade> {
        // The rules come first: nobody is told by the shop about what is not theirs.
        self.check(tool, call)?;
        let quoted = self.shop.quote(&tool.name, &call.arguments.to_json());
        call.quote(quoted.map_err(|why| NotMade::ByShop(why.to_string()))?);
        self.check(tool, call)?;
        if let Some(confirmed) = consent.confirmed {
            // A yes to something else leaves the call as it is: it still needs its own.
            if let Ok(read_back) = Arguments::read(tool, confirmed) {
                let _ = call.confirm(&read_back, call.amount);
            }
        }
        let (arguments, amount) = (call.arguments.clone(), call.amount);
        for approver in consent.approvers {
            if let Verdict::NeedsApproval(_) = self.check(tool, call)? {
                call.approve_by(approver, &arguments, amount).map_err(|_| NotMade::Malformed)?;
            }
        }
        self.write(Row::Call(Box::new(call.clone())))?;
        match self.check(tool, call)? {
            Verdict::Allowed => Ok(()),
            Verdict::NeedsConfirmation => Err(NotMade::NeedsConfirmation),
            Verdict::NeedsApproval(_) => Err(NotMade::NeedsApproval),
        }
    }

    fn send(&mut self, call: &Call) -> Result<Result<Value, String>, NotMade> {
        let (key, arguments) = (call.key.as_str(), call.arguments.to_json());
        self.stops.before();
        if self.stops.tears() {
            self.shop.lose_power(key, &call.tool, &arguments);
        }
        let reply = self.shop.change(key, &call.tool, &arguments);
        if self.stops.sends_twice() && reply.is_ok() {
            let again = self.shop.change(key, &call.tool, &arguments);
            let same = again.as_ref().ok() == reply.as_ref().ok();
            if !same {
                return Err(NotMade::Broken("the same call got another answer".into()));
            }
        }
        self.stops.after();
        match reply {
            Ok(reply) => Ok(reply.map_err(|why| why.to_string())),
            Err(ShopError::OtherCall) => Ok(Err("the key belongs to another call".into())),
            Err(ShopError::Disk(error)) => Err(error.into()),
        }
    }

    fn check(&self, tool: &Tool, call: &Call) -> Result<Verdict, Refusal> {
        let customer = self.customer.as_deref();
        let records = customer.map(|customer| self.records_of(customer)).unwrap_or_default();
        let moved = Moved::by(&self.calls, call);
        let standing = Standing { customer, records: &records, moved };
        check(tool, call, &standing)
    }

    /// What belongs to a customer, as the shop tells it now.
    fn records_of(&self, customer: &str) -> assistant::Records {
        let told = shop::own_records(self.shop.records(), customer).ok();
        told.and_then(|told| serde_json::from_value(told).ok()).unwrap_or_default()
    }
}
