namespace Banyan.Routing.Tests.Dns;

/// <summary>Packets that were valid once. All chance comes from the seed.</summary>
internal static class Mutations
{
    public static byte[] Of(byte[] valid, Random random)
    {
        var bytes = valid.ToArray();
        for (var i = random.Next(6); i >= 0 && bytes.Length > 0; i--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(8))
            {
                case 0:
                    bytes = bytes[..at];
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 3: // a pointer, mostly to somewhere in the message
                    bytes[at] = (byte)(0xC0 | random.Next(64 / (random.Next(8) + 1)));
                    break;
                case 4:
                    bytes = [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]];
                    break;
                case 5:
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
                case 6: // the counts
                    bytes[Math.Min(4 + random.Next(8), bytes.Length - 1)] = (byte)random.Next(4);
                    break;
                default:
                    bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)255;
                    break;
            }
        }

        return bytes;
    }
}
