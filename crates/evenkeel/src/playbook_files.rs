//! A desk's procedures and tools: of a folder, or of the sample shop.

use std::{fs, path::Path};

use assistant::{Procedure, Procedures, Tools};
use service::Playbook;
use tools::{Connection, Key};

use crate::{
    arguments::ProcedureOptions,
    failure::{Failure, Outcome},
    shop_files,
};

/// The file of a folder that declares its tools.
const TOOLS_FILE: &str = "tools.toml";
/// Holds the secret that is sent to the tools' system; never written to the desk.
const KEY: &str = "EVENKEEL_TOOLS_KEY";

/// What `--procedures` names; nothing when it is not given.
pub(crate) fn of(options: &ProcedureOptions) -> Outcome<Playbook> {
    let (Some(folder), Some(url)) = (&options.procedures, &options.tools_url) else {
        return Ok(Playbook::default());
    };
    let (tools, procedures) = read(folder)?;
    let connection = Connection::new(url, Key::new(std::env::var(KEY).ok()));
    let connection = connection
        .map_err(|fault| Failure::new(fault.to_string(), "Give the address with --tools-url."))?;
    Ok(Playbook::new(tools, procedures, connection))
}

/// Reads a folder: its tools, and every other TOML file as a procedure.
pub(crate) fn read(folder: &Path) -> Outcome<(Tools, Procedures)> {
    let hint = "Name a folder that holds tools.toml and procedures.";
    let path = folder.join(TOOLS_FILE);
    let text =
        fs::read_to_string(&path).map_err(|error| Failure::file(path.display(), error, hint))?;
    let mend = "Mend the file; docs/procedures.md says how it is written.";
    let tools = Tools::parse(&text).map_err(|fault| Failure::file(path.display(), fault, mend))?;
    let entries =
        fs::read_dir(folder).map_err(|error| Failure::file(folder.display(), error, hint))?;
    let mut files: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .filter(|path| path.file_name().is_some_and(|name| name != TOOLS_FILE))
        .collect();
    files.sort();
    let mut procedures = Procedures::default();
    for file in files {
        let text = fs::read_to_string(&file)
            .map_err(|error| Failure::file(file.display(), error, hint))?;
        let procedure = Procedure::parse(&text, &tools)
            .map_err(|fault| Failure::file(file.display(), fault, mend))?;
        if procedures.get(&procedure.name).is_some() {
            let why = format!("there is another procedure `{}`", procedure.name);
            return Err(Failure::file(file.display(), why, mend));
        }
        procedures.add(procedure);
    }
    Ok((tools, procedures))
}

/// The sample shop's, calling the shop at this address.
pub(crate) fn sample(url: &str) -> Outcome<Playbook> {
    let broken = |file: &str, why: String| {
        Failure::file(file, why, "This release is broken: please report it.")
    };
    let tools =
        Tools::parse(shop_files::TOOLS).map_err(|fault| broken("tools.toml", fault.to_string()))?;
    let mut procedures = Procedures::default();
    for (name, text) in shop_files::PROCEDURES {
        let procedure = Procedure::parse(text, &tools);
        procedures.add(procedure.map_err(|fault| broken(name, fault.to_string()))?);
    }
    let connection =
        Connection::new(url, Key::default()).map_err(|fault| broken(url, fault.to_string()))?;
    Ok(Playbook::new(tools, procedures, connection))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Wishes {
        wish: Vec<Wish>,
    }

    #[derive(Deserialize)]
    struct Wish {
        text: String,
        topic: String,
        is: Option<String>,
    }

    /// `cargo test -p evenkeel wishes -- --nocapture` prints what was not understood.
    #[test]
    fn wishes_begin_procedures_and_questions_begin_none() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
        let text = fs::read_to_string(folder.join("wishes.toml")).unwrap();
        let Wishes { wish: wishes } = toml::from_str(&text).unwrap();
        let tools = Tools::parse(shop_files::TOOLS).unwrap();
        let mut procedures = Procedures::default();
        for (_, text) in shop_files::PROCEDURES {
            procedures.add(Procedure::parse(text, &tools).unwrap());
        }
        let articles = shop_files::articles().unwrap();
        let questions: Vec<String> = articles
            .iter()
            .flat_map(|article| std::iter::once(&article.title).chain(&article.questions))
            .map(|text| text.clone().mask().as_str().to_owned())
            .collect();
        let texts = wishes.iter().map(|wish| (wish.topic.as_str(), wish.text.as_str()));
        let found = service::asked_for(&procedures, &questions, texts);
        let (mut at_once, mut asked, mut missed, mut wrong, mut in_vain) = (0, 0, 0, 0, 0);
        let mut asked_in_vain = 0;
        for (wish, found) in wishes.iter().zip(&found) {
            match (wish.is.as_deref(), *found) {
                (Some(wanted), Some((found, is_sure))) if wanted == found => {
                    *(if is_sure { &mut at_once } else { &mut asked }) += 1;
                }
                (Some(_), None) => missed += 1,
                (Some(_), Some(_)) => wrong += 1,
                (None, Some((_, true))) => in_vain += 1,
                (None, Some((_, false))) => asked_in_vain += 1,
                (None, None) => {}
            }
            if wish.is.as_deref() != found.map(|(name, _)| name) {
                println!("{found:?} for {:?}: {}", wish.is, wish.text);
            }
        }
        println!("begun {at_once}, asked {asked}, missed {missed}, another {wrong}");
        println!("begun in vain {in_vain}, asked in vain {asked_in_vain}");
        assert!(wrong + in_vain <= 2 && asked_in_vain <= 4);
        assert!(missed <= 12, "missed {missed}");
    }

    #[test]
    fn a_folder_is_read_and_its_faults_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).is_err_and(|failure| failure.to_string().contains(TOOLS_FILE)));
        fs::write(folder.path().join(TOOLS_FILE), shop_files::TOOLS).unwrap();
        for (name, text) in shop_files::PROCEDURES {
            fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
        }
        assert_eq!(read(folder.path()).unwrap().1.iter().count(), shop_files::PROCEDURES.len());
        let broken = shop_files::PROCEDURES[0].1.replace("title = ", "titel = ");
        fs::write(folder.path().join("broken.toml"), broken).unwrap();
        let failure = read(folder.path()).unwrap_err().to_string();
        assert!(failure.contains("broken.toml") && failure.contains("line"), "{failure}");
    }
}
