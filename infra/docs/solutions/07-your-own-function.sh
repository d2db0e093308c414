sed -i.bak "s/^  return { name };/  if (name.length > 20) throw new InvalidEvent('name has more than 20 characters.');\n  return { name };/" functions/slogan/src/contract.ts
rm functions/slogan/src/contract.ts.bak
make run
