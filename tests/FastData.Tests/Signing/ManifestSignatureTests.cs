using System.Text;
using Delivery.FastData.Signing;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Signing;

public sealed class ManifestSignatureTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Manifest = "{\"format\":1}\n"u8.ToArray();
    private readonly TemporaryFolder _folder = new();
    private readonly AllowedSigners _allowed;

    public ManifestSignatureTests()
    {
        var line = SshProgram.MakeKey(_folder["key"]);
        _allowed = AllowedSigners.Parse(Encoding.UTF8.GetBytes($"updater@host {line}\n"), "allowed", TimeZoneInfo.Utc);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_signature_of_an_allowed_key_says_whose_it_is() =>
        ManifestSignature.Require(Manifest, SshProgram.Sign(_folder["key"], ManifestSignature.Namespace, Manifest), "m.sig", _allowed, Now).Principals.Should().Be("updater@host");

    [Fact]
    public void Each_kind_of_bad_signature_is_told_apart()
    {
        var good = SshProgram.Sign(_folder["key"], ManifestSignature.Namespace, Manifest);
        SshProgram.MakeKey(_folder["foreign"]);

        Refusal([.. Manifest[..^2], (byte)' ', (byte)'\n'], good).Should().StartWith("m.sig: the signature does not fit the manifest");
        Refusal(Manifest, SshProgram.Sign(_folder["key"], "git", Manifest)).Should().Be("m.sig: it was made for 'git'; 'delivery-manifest' was expected.");
        Refusal(Manifest, SshProgram.Sign(_folder["foreign"], ManifestSignature.Namespace, Manifest)).Should().StartWith("m.sig: the key SHA256:").And.Contain("is not allowed");
        Refusal(Manifest, "no signature"u8.ToArray()).Should().StartWith("m.sig: no usable signature: it does not begin with");

        string Refusal(byte[] manifest, byte[] signature) =>
            ((Action)(() => ManifestSignature.Require(manifest, signature, "m.sig", _allowed, Now))).Should().Throw<UntrustedException>().Which.Message;
    }
}
