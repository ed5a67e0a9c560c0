using System.Text;
using Delivery.FastData.Signing;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Signing;

public sealed class SshSignatureTests : IDisposable
{
    // Made once with ssh-keygen over 1 2 3, for "file": what is changed below is then the same at each run.
    private const string FixedKey = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJp3jc3RvAPLbtlGuWCBdemU5dDNpQO8Y+k15k2Ah+D/etB3UGjoHJXLutYV5iOuhQguSEgt0plNsgSGCR/WUgQ=";

    private const string FixedSignature =
        """
        -----BEGIN SSH SIGNATURE-----
        U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
        EEmneNzdG8A8tu2Ua5YIF16ZTl0M2lA7xj6TXmTYCH4P960HdQaOgclcu61hXmI66FCC5I
        SC3SmU2yBIYJH9ZSBAAAAARmaWxlAAAAAAAAAAZzaGE1MTIAAABjAAAAE2VjZHNhLXNoYT
        ItbmlzdHAyNTYAAABIAAAAIF59E2BRzdRfnVokHcZVIbpEfMMD8itydQtG/Sdtin5yAAAA
        ICrUst7chv6QiOLCJZQzGAZSoIRtdW1HL2U1A4yJDCb1
        -----END SSH SIGNATURE-----

        """;

    private static readonly byte[] FixedMessage = [1, 2, 3];
    private readonly TemporaryFolder _folder = new();

    private string Key => _folder["key"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public void A_signature_of_ssh_keygen_fits_what_it_was_made_over_and_nothing_else(string hash)
    {
        var line = SshProgram.MakeKey(Key);
        // The numbers of a signature are padded differently one time in two: many signatures meet all forms.
        for (var n = 0; n < 20; n++)
        {
            var message = Encoding.UTF8.GetBytes($"message {n}");
            var signature = SshSignature.Parse(SshProgram.Sign(Key, "delivery-manifest", message, hash));

            signature.Fits(message).Should().BeTrue("message {0}", n);
            signature.Fits([.. message, 0]).Should().BeFalse();
            signature.Fits([]).Should().BeFalse();
            (signature.Namespace, signature.Hash).Should().Be(("delivery-manifest", hash));
            signature.Key.Should().Be(SshPublicKey.Parse(line));
        }
    }

    [Theory]
    [InlineData("ed25519", "ssh-ed25519")]
    [InlineData("rsa", "ssh-rsa")]
    public void A_key_of_another_type_is_refused_by_name(string type, string name)
    {
        SshProgram.MakeKey(Key, type);

        var parse = () => SshSignature.Parse(SshProgram.Sign(Key, "file", [1]));

        parse.Should().Throw<FormatException>().WithMessage($"keys of type '{name}' are not supported*ssh-keygen -t ecdsa -b 256*");
    }

    [Fact]
    public void A_larger_curve_is_refused_by_name()
    {
        SshProgram.Run([], "-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", Key).ExitCode.Should().Be(0);

        var parse = () => SshSignature.Parse(SshProgram.Sign(Key, "file", [1]));

        parse.Should().Throw<FormatException>().WithMessage("*'ecdsa-sha2-nistp384'*");
    }

    [Fact]
    public void The_fingerprint_is_the_one_that_ssh_keygen_shows()
    {
        var key = SshPublicKey.Parse(SshProgram.MakeKey(Key));

        var (_, output, _) = SshProgram.Run([], "-l", "-f", Key + ".pub");

        Encoding.UTF8.GetString(output).Should().Contain(key.Fingerprint);
    }

    [Fact]
    public void Text_around_and_line_ends_of_windows_are_judged()
    {
        SshProgram.MakeKey(Key);
        var text = Encoding.ASCII.GetString(SshProgram.Sign(Key, "file", [1]));

        SshSignature.Parse(Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n"))).Fits([1]).Should().BeTrue();
        SshSignature.Parse(Encoding.ASCII.GetBytes(text.TrimEnd())).Fits([1]).Should().BeTrue();
        foreach (var bad in (string[])["", "x" + text, text + "x", text[..^4], "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", text.Replace("BEGIN SSH", "BEGIN PGP", StringComparison.Ordinal)])
        {
            ((Func<SshSignature>)(() => SshSignature.Parse(Encoding.ASCII.GetBytes(bad)))).Should().Throw<FormatException>("{0}", bad);
        }
    }

    [Fact]
    public void A_signature_longer_than_any_is_refused_unread()
    {
        var parse = () => SshSignature.Parse(new byte[SshSignature.MaxBytes + 1]);

        parse.Should().Throw<FormatException>().WithMessage("it has 16385 bytes*");
    }

    [Theory]
    [InlineData(20260101)]
    [InlineData(20260102)]
    [InlineData(20260103)]
    public void Whatever_is_changed_in_a_signature_it_is_refused_with_a_message_and_nothing_else_is_thrown(int seed)
    {
        var message = FixedMessage;
        var good = Binary(Encoding.ASCII.GetBytes(FixedSignature));
        var original = SshSignature.Parse(Armored(good));
        var random = new Random(seed);
        for (var n = 0; n < 3000; n++)
        {
            var mutated = Mutate(good, random);
            if (mutated.AsSpan().SequenceEqual(good)) continue;
            var accepted = Accepts(Armored(mutated), message, out var read);
            // Only the purpose is told apart elsewhere; here a changed one no longer fits, as it is part of what was signed.
            accepted.Should().BeFalse("seed {0}, try {1}: {2} against {3}, {4}", seed, n, Convert.ToHexString(mutated), Convert.ToHexString(good), read?.Namespace);
        }
        original.Fits(message).Should().BeTrue();
    }

    [Theory]
    [InlineData(20260201)]
    public void Whatever_is_changed_in_the_text_nothing_but_a_message_comes(int seed)
    {
        var message = FixedMessage;
        var good = Encoding.ASCII.GetBytes(FixedSignature);
        var random = new Random(seed);
        var refused = 0;
        for (var n = 0; n < 3000; n++)
        {
            var mutated = Mutate(good, random);
            // Blanks between the lines, and the last bits of the base64, may differ without meaning.
            if (!Accepts(mutated, message, out _)) refused++;
        }
        refused.Should().BeGreaterThan(2500, "seed {0}", seed);
    }

    [Fact]
    public void Ssh_keygen_and_we_refuse_the_same_changes()
    {
        const int seed = 20260301;
        File.WriteAllText(_folder["allowed"], $"updater {FixedKey}\n");
        var message = FixedMessage;
        var good = Binary(Encoding.ASCII.GetBytes(FixedSignature));
        var random = new Random(seed);
        for (var n = 0; n < 60; n++)
        {
            var mutated = n == 0 ? good : Mutate(good, random);
            File.WriteAllBytes(_folder["signature"], Armored(mutated));

            var theirs = SshProgram.Verifies(_folder["allowed"], "updater", "file", message, _folder["signature"]);

            Accepts(Armored(mutated), message, out _).Should().Be(theirs, "seed {0}, try {1}: {2}", seed, n, Convert.ToHexString(mutated));
        }
    }

    private static bool Accepts(byte[] armored, byte[] message, out SshSignature? read)
    {
        read = null;
        try
        {
            read = SshSignature.Parse(armored);
            return read.Fits(message);
        }
        catch (FormatException e)
        {
            e.Message.Should().NotBeEmpty();
            return false;
        }
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 3: bytes.Insert(at, (byte)random.Next(256)); break;
                default: bytes[at] = random.Next(2) == 0 ? (byte)0xff : (byte)0; break;
            }
            if (bytes.Count == 0) bytes.Add(0);
        }
        return [.. bytes];
    }

    private static byte[] Binary(byte[] armored) => Convert.FromBase64String(string.Concat(Encoding.ASCII.GetString(armored).Split('\n')[1..^2]));

    private static byte[] Armored(byte[] blob) => Encoding.ASCII.GetBytes($"-----BEGIN SSH SIGNATURE-----\n{Convert.ToBase64String(blob, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n")}\n-----END SSH SIGNATURE-----\n");
}
