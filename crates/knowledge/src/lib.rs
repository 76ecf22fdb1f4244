//! What the desk knows: topics learnt from examples, articles and their ranking, language; pure.
