"""Files that come in and workbooks that go out: held while they are looked at."""
