"""What each maker of files would read anew: loaded by the process that they are forked from."""

from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.messages import message_catalogue

for read_once in (message_catalogue, contracts, vocabularies):
    read_once()
