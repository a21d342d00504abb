internal import World

func hex(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }
