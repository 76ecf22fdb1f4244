//! Builds again when the web assets change, which are embedded into the binary.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=../../widget/dist");
}
