"""One page a module: `sentence(context)` answers, `body(context)` shows what it rests on."""
