use proptest::prelude::*;

use super::{Fault, Submission};

fn read(xml: &str) -> Result<Submission, Fault> {
    Submission::read(xml.as_bytes())
}

#[test]
fn read__signs_and_sections__are_text() {
    let xml = "\u{feff}<data id='a'><t>1 &lt; 2 &amp; <![CDATA[<b>]]>&#x4e2d;</t><meta><instanceID> uuid:1 </instanceID>\
               <deprecatedID>uuid:0</deprecatedID></meta></data>";
    let read = read(xml).unwrap();
    assert_eq!(read.value(&["t"]), Some("1 < 2 & <b>中"));
    assert_eq!(read.instance_id, "uuid:1");
    assert_eq!(read.corrects.as_deref(), Some("uuid:0"));
}

#[test]
fn read__what_is_no_submission__is_named() {
    let meta = "<meta><instanceID>uuid:1</instanceID></meta>";
    assert_eq!(read(&format!("<data>{meta}</data>")), Err(Fault::NoFormId));
    assert_eq!(read("<data id='a'><meta/></data>"), Err(Fault::NoInstanceId));
    assert_eq!(
        read(&format!("<data id='a' encrypted='yes'>{meta}</data>")),
        Err(Fault::Encrypted)
    );
    for broken in [
        "",
        "<data id='a'>",
        "<data id='a'></date>",
        "<a id='a'/><b/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a id='a'>&b;</a>",
        "<a id='a'>&b;</a>",
        "not XML",
    ] {
        assert!(matches!(read(broken), Err(Fault::NotXml { .. })), "{broken}");
    }
    let deep = format!("<data id='a'>{}", "<a>".repeat(100_000));
    assert_eq!(read(&deep), Err(Fault::TooLarge));
    let wide = format!("<data id='a'>{}</data>", "<a/>".repeat(100_000));
    assert_eq!(read(&wide), Err(Fault::TooLarge));
    assert!(matches!(
        Submission::read(b"<a>\xff</a>"),
        Err(Fault::NotXml { at: 3, .. })
    ));
}

proptest! {
    #[test]
    fn read__never_panics(xml in "(<[a&!?/\\[]{0,3}|id='a'|>|&#?x?[0-9a-z]{0,3};?|<!\\[CDATA\\[|\\]\\]>|[ -~中]){0,40}") {
        let _ = read(&xml);
    }

    #[test]
    fn read__any_text_comes_back(text in "[^\\x00-\\x1f\u{fffe}\u{ffff}]{0,40}") {
        let element = super::super::xml::Element::new("data")
            .with("id", "a")
            .with_child(super::super::xml::Element::new("t").with_text(text.as_str()))
            .with_child(super::super::xml::Element::new("meta")
                .with_child(super::super::xml::Element::new("instanceID").with_text("uuid:1")));
        let found = read(&super::super::xml::to_string(&element)).unwrap();
        prop_assert_eq!(found.value(&["t"]).unwrap_or_default(), text.trim());
    }
}
