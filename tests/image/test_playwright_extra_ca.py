"""What is accepted as further certificate authorities, and what is said to the rest."""

from playwright_instance import extra_ca

from tests.authority import pem, present_authority


def test_certificates_are_accepted_and_so_is_nothing() -> None:
    authority = present_authority()
    assert extra_ca.problem(pem(authority.root, authority.intermediate)) is None
    assert extra_ca.problem("") is None


def test_a_certificate_that_is_cut_off_is_refused_with_what_openssl_says() -> None:
    first, body, *_, last = pem(present_authority().root).splitlines()
    told = extra_ca.problem(f"{first}\n{body}\n{last}\n")
    assert told is not None
    assert told.startswith("MCPIER_EXTRA_CA cannot be read (")
    assert told.endswith("); expected certificates in PEM")
    assert "None" not in told
