//! Finds and masks personal data; the only maker of text that may be stored or shown to a model.
