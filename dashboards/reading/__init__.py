"""What pages read: releases and queries over them, what people wrote, who asks and for what."""
