//! Arithmetic for whoever should not do it in their head: + − × ÷ and parentheses.

use crate::refused::Refused;

/// The longest expression, in characters; it also bounds how deep parentheses nest.
const LONGEST: usize = 200;

/// Calculates an expression and rounds it to cents.
pub(crate) fn calculate(expression: &str) -> Result<f64, Refused> {
    if expression.len() > LONGEST {
        return Err(Refused::new("an expression has at most 200 characters"));
    }
    if !expression.bytes().all(|byte| byte.is_ascii_digit() || b"+-*/(). ".contains(&byte)) {
        return Err(Refused::new("an expression has only digits, + - * / ( ) . and spaces"));
    }
    let mut reader = Reader { rest: expression.as_bytes() };
    let value = reader.sum()?;
    if reader.next_byte().is_some() || !value.is_finite() {
        return Err(unreadable());
    }
    Ok((value * 100.0).round() / 100.0)
}

fn unreadable() -> Refused {
    Refused::new("the expression cannot be calculated")
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn next_byte(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.next_byte() == Some(wanted);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn sum(&mut self) -> Result<f64, Refused> {
        let mut value = self.product()?;
        loop {
            if self.take(b'+') {
                value += self.product()?;
            } else if self.take(b'-') {
                value -= self.product()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<f64, Refused> {
        let mut value = self.factor()?;
        loop {
            if self.take(b'*') {
                value *= self.factor()?;
            } else if self.take(b'/') {
                value /= self.factor()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn factor(&mut self) -> Result<f64, Refused> {
        if self.take(b'-') {
            return Ok(-self.factor()?);
        }
        if self.take(b'+') {
            return self.factor();
        }
        if self.take(b'(') {
            let value = self.sum()?;
            return if self.take(b')') { Ok(value) } else { Err(unreadable()) };
        }
        self.next_byte();
        let length =
            self.rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let (number, rest) = self.rest.split_at(length);
        self.rest = rest;
        std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()).ok_or_else(unreadable)
    }
}
