using System.Text;
using Delivery.FastData.Signing;
using Delivery.TestKit;

namespace Delivery.FastData.Tests.Signing;

public sealed class AllowedSignersTests : IDisposable
{
    private const string Purpose = ManifestSignature.Namespace;
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly string _key;

    public AllowedSignersTests() => _key = SshProgram.MakeKey(_folder["key"]);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, bool> Lines => new()
    {
        { "updater KEY", true },
        { "  updater\tKEY a comment", true },
        { "a@x,updater,b@y KEY", true },
        { "\"updater\" KEY", true },
        { "updater namespaces=\"delivery-manifest\" KEY", true },
        { "updater namespaces=\"git,delivery-manifest\" KEY", true },
        { "updater NAMESPACES=\"git,delivery-*\" KEY", true },
        { "updater namespaces=\"deliver?-manifest\" KEY", true },
        { "updater namespaces=\"*,!delivery-manifest\" KEY", false },
        { "updater namespaces=\"git\" KEY", false },
        { "updater namespaces=\"delivery\" KEY", false },
        { "updater valid-after=\"20260601Z\" KEY", true },
        { "updater valid-after=\"20260615115959Z\",valid-before=\"202606151201Z\" KEY", true },
        { "updater valid-after=\"20260616Z\" KEY", false },
        { "updater valid-before=\"20260615Z\" KEY", false },
        { "updater valid-before=\"20270101Z\",namespaces=\"git\" KEY", false },
        { "updater OTHER", false },
        { "# updater KEY\n\nupdater OTHER", false },
        { "updater OTHER\n\n# the next one\nupdater KEY\n", true },
        { "updater namespaces=\"git\" KEY\nupdater namespaces=\"delivery-manifest\" KEY", true },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_file_allows_what_ssh_keygen_allows(string lines, bool allows)
    {
        var content = Fill(lines);
        byte[] message = [1, 2, 3];
        File.WriteAllText(_folder["allowed"], content);
        File.WriteAllBytes(_folder["signature"], SshProgram.Sign(_folder["key"], Purpose, message));

        var refusal = Record.Exception(() => Parse(content).Require(SshPublicKey.Parse(_key), Purpose, Now));

        (refusal is null).Should().Be(allows, "{0}", refusal?.Message);
        SshProgram.Verifies(_folder["allowed"], "updater", Purpose, message, _folder["signature"], "20260615120000Z").Should().Be(allows, "ssh-keygen is the judge");
    }

    [Theory]
    [InlineData("updater", "where a type of key was expected")]
    [InlineData("updater KEY-TYPE", "no public key follows its type")]
    [InlineData("updater ecdsa-sha2-nistp256 ****", "is no base64")]
    [InlineData("updater ecdsa-sha2-nistp256 AAAA", "it ends inside its type of key")]
    [InlineData("updater ssh-rsa AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=", "says that its type is 'ecdsa-sha2-nistp256'")]
    [InlineData("updater cert-authority KEY", "cert-authority is not supported")]
    [InlineData("updater touch-required KEY", "the option 'touch-required' is not known")]
    [InlineData("updater namespaces=git KEY", "expected a value in quotes")]
    [InlineData("updater namespaces KEY", "has no value")]
    [InlineData("updater namespaces=\"\" KEY", "is empty")]
    [InlineData("updater namespaces=\"a\",namespaces=\"b\" KEY", "a second time")]
    [InlineData("updater namespaces=\"git KEY", "a quote does not end")]
    [InlineData("updater valid-after=\"yesterday\" KEY", "expected YYYYMMDD")]
    [InlineData("updater valid-after=\"20261332\" KEY", "expected YYYYMMDD")]
    [InlineData("updater valid-after=\"00010101\" KEY", "expected YYYYMMDD")]
    [InlineData("updater valid-after=\"20260601Z\",valid-before=\"20260601Z\" KEY", "not later than valid-after")]
    [InlineData("\"\" KEY", "the principals are empty")]
    public void A_bad_line_is_told_with_file_and_number_and_the_file_is_refused_whole(string line, string problem)
    {
        var parse = () => Parse(Fill($"# first\nupdater KEY\n{line.Replace("KEY-TYPE", "ecdsa-sha2-nistp256", StringComparison.Ordinal)}\n"));

        parse.Should().Throw<UntrustedException>().Which.Message.Should().StartWith("allowed:3: ").And.Contain(problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nobody\n\n")]
    public void A_file_that_allows_nobody_is_refused(string content) =>
        ((Func<AllowedSigners>)(() => Parse(content))).Should().Throw<UntrustedException>().WithMessage("allowed: it allows nobody*");

    [Fact]
    public void A_key_that_is_not_allowed_is_told_with_the_nearest_reason()
    {
        Refusal("updater OTHER").Should().Contain("does not stand in allowed");
        Refusal("updater namespaces=\"git\" KEY").Should().Contain("allowed:1: it may sign for 'git' only");
        Refusal("\nupdater valid-before=\"20260101Z\" KEY").Should().Contain("allowed:2: it has expired: it was valid until 2026-01-01T00:00:00Z.");
        Refusal("updater valid-after=\"20270101Z\" KEY").Should().Contain("not valid yet, but from 2027-01-01T00:00:00Z on");

        string Refusal(string lines) => ((Action)(() => Parse(Fill(lines)).Require(SshPublicKey.Parse(_key), Purpose, Now))).Should().Throw<UntrustedException>().Which.Message;
    }

    [Fact]
    public void A_time_without_a_Z_is_local()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(3), "test", "test");
        var signer = AllowedSigners.Parse(Encoding.UTF8.GetBytes(Fill("updater valid-before=\"202606151500\" KEY")), "allowed", zone).Require(SshPublicKey.Parse(_key), Purpose, Now);

        signer.ValidBefore.Should().Be(Now);
    }

    [Fact]
    public void A_missing_file_and_one_that_is_too_long_are_refused()
    {
        ((Func<AllowedSigners>)(() => AllowedSigners.Load(_folder["none"]))).Should().Throw<UntrustedException>().WithMessage("*none: there is no such file*");
        File.WriteAllBytes(_folder["long"], new byte[AllowedSigners.MaxBytes + 1]);
        ((Func<AllowedSigners>)(() => AllowedSigners.Load(_folder["long"]))).Should().Throw<UntrustedException>().WithMessage("*has more than*");
        ((Func<AllowedSigners>)(() => AllowedSigners.Load(_folder.Path))).Should().Throw<UntrustedException>().WithMessage("*cannot be read*");
    }

    [Theory]
    [InlineData(20260401)]
    public void Whatever_bytes_a_file_has_nothing_but_a_message_comes(int seed)
    {
        var good = Encoding.UTF8.GetBytes(Fill("updater namespaces=\"git,delivery-manifest\",valid-after=\"20260601Z\" KEY\n\"other\" OTHER comment\n"));
        var random = new Random(seed);
        var refused = 0;
        for (var n = 0; n < 5000; n++)
        {
            var bytes = good.ToArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--) bytes[random.Next(random.Next(2) == 0 ? 80 : bytes.Length)] = (byte)random.Next(256);
            try
            {
                _ = AllowedSigners.Parse(bytes.AsSpan(0, random.Next(bytes.Length + 1)), "allowed", TimeZoneInfo.Utc);
            }
            catch (UntrustedException)
            {
                refused++;
            }
        }
        refused.Should().BeGreaterThan(1000, "seed {0}", seed);
    }

    private string Fill(string lines)
    {
        if (lines.Contains("OTHER", StringComparison.Ordinal) && !File.Exists(_folder["other"])) SshProgram.MakeKey(_folder["other"], "ed25519");
        return lines.Replace("OTHER", File.Exists(_folder["other"]) ? SshProgram.PublicKey(_folder["other"]) : "", StringComparison.Ordinal).Replace("KEY", _key, StringComparison.Ordinal);
    }

    private static AllowedSigners Parse(string content) => AllowedSigners.Parse(Encoding.UTF8.GetBytes(content), "allowed", TimeZoneInfo.Utc);
}
