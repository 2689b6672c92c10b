use super::*;

#[test]
fn key_file_is_made_once_private_and_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data/minyi.key");
    let first = Keys::load_or_create(&path, &Entropy::seeded(1)).unwrap();
    let again = Keys::load_or_create(&path, &Entropy::seeded(2)).unwrap();
    assert_eq!(first.link(Uuid::nil()), again.link(Uuid::nil()));
    assert_eq!(std::fs::read_dir(dir.path().join("data")).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    std::fs::write(&path, "not a key").unwrap();
    assert!(matches!(
        Keys::load_or_create(&path, &Entropy::seeded(1)),
        Err(KeyError::Malformed(_))
    ));
}

#[test]
fn sealed_opens_only_with_the_same_key_and_context() {
    let (keys, other) = (Keys::from_master(&[1; 32]), Keys::from_master(&[2; 32]));
    let mut sealed = keys.seal("r1/a", "张三".as_bytes(), &Entropy::seeded(1)).unwrap();
    assert_eq!(keys.open("r1/a", &sealed).unwrap(), "张三".as_bytes());
    assert!(keys.open("r1/b", &sealed).is_err());
    assert!(other.open("r1/a", &sealed).is_err());
    sealed[30] ^= 1;
    assert!(keys.open("r1/a", &sealed).is_err());
    assert!(keys.open("r1/a", &sealed[..10]).is_err());
}

#[test]
fn seal_of_a_cookie_holds_for_its_own_fields_alone() {
    let keys = Keys::from_master(&[1; 32]);
    let seal = keys.visitor_mac(&[b"leaf", b"1"]);
    assert!(keys.is_visitor_mac(&[b"leaf", b"1"], &seal));
    assert!(!keys.is_visitor_mac(&[b"leaf", b"2"], &seal));
    for bad in ["", "zz", &seal[..62], &format!("{seal}00")] {
        assert!(!keys.is_visitor_mac(&[b"leaf", b"1"], bad), "{bad}");
    }
}

#[test]
fn id_of_what_a_browser_sends_is_a_random_uuid_of_its_own() {
    let keys = Keys::from_master(&[1; 32]);
    let id = keys.sent_id("a");
    assert_eq!((id.get_version_num(), id), (4, keys.sent_id("a")));
    assert_ne!(id, keys.sent_id("b"));
}

#[test]
fn purposes_do_not_share_values() {
    let keys = Keys::from_master(&[1; 32]);
    let id = Uuid::nil();
    assert_ne!(keys.link(id), hex::encode(keys.code_bytes(id)));
    assert_ne!(keys.member_key("ab", "c"), keys.member_key("a", "bc"));
}

#[test]
fn secret_of_a_second_factor_opens_for_its_account_alone() {
    let keys = Keys::from_master(&[1; 32]);
    let (wang, li) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let sealed = keys
        .seal_second_factor(wang, &[7; 20], &Entropy::seeded(1))
        .unwrap();
    assert_eq!(keys.open_second_factor(wang, &sealed).unwrap(), [7; 20]);
    assert!(keys.open_second_factor(li, &sealed).is_err());
    assert!(
        keys.open(&wang.to_string(), &sealed).is_err(),
        "a subkey of its own"
    );
    assert_ne!(keys.recovery_mac(wang, "a"), keys.recovery_mac(li, "a"));
}
