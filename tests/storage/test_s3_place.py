"""The address of a bucket: read into its parts, and a sentence for what is not understood."""

import pytest

from app.storage.s3_place import S3Place

AMAZON = S3Place(bucket="films")
OWN = S3Place(bucket="films", prefix="a/b/", endpoint="http://minio:9000", region="eu", addressing="path")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("s3://films", AMAZON),
        ("s3://films/", AMAZON),
        ("s3://films/a/b/?endpoint=http://minio:9000/&region=eu", OWN),
        (
            "s3://films?endpoint=http://minio:9000&public=https://films.example&addressing=virtual",
            S3Place(bucket="films", endpoint="http://minio:9000", public="https://films.example", addressing="virtual"),
        ),
    ],
)
def test_an_address_is_read(url: str, place: S3Place) -> None:
    assert S3Place.parse(url) == place


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://films", "Write s3://"),
        ("s3://", "Write s3://"),
        ("s3:films", "Write s3://"),
        ("s3://a b", "a b is no name of a bucket"),
        ("s3://key:secret@films", "AWS_SECRET_ACCESS_KEY"),
        ("s3://films?endpont=http://minio:9000", "endpont"),
        ("s3://films?endpoint=minio:9000", "endpoint must be the address"),
        ("s3://films?endpoint=", "endpoint must be the address"),
        ("s3://films?public=https://key:secret@minio", "public must be without"),
        ("s3://films?addressing=both", "addressing must be"),
    ],
)
def test_what_is_not_understood_is_refused_without_its_secrets(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refusal:
        S3Place.parse(url)

    assert "secret" not in str(refusal.value)
