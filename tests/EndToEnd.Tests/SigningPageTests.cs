using System.Diagnostics;
using System.Text.RegularExpressions;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>Types all that docs/signing.md tells an operator to type, in its order, in one real installation.</summary>
public sealed partial class SigningPageTests : IDisposable
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Sources.Root, "docs", "signing.md"));
    private readonly Installation _installation = new("news_touch", "images_desktop");
    private readonly TemporaryFolder _path = new();

    public SigningPageTests() => DeliveryCommand.Write(_path["delivery"]);

    public void Dispose()
    {
        _installation.Dispose();
        _path.Dispose();
    }

    [Fact]
    public async Task Every_command_of_the_page_works_in_its_order()
    {
        await _installation.TrainAsync(1);
        var blocks = Fence().Matches(Page).Select(block => (Kind: block.Groups["kind"].Value, Content: block.Groups["content"].Value)).ToList();
        blocks.Count(block => block.Kind == "sh").Should().BeGreaterThan(7);
        var said = new List<string>();
        foreach (var (kind, content) in blocks)
        {
            if (kind == "json") await File.WriteAllTextAsync(_installation.Config, content);
            if (kind != "sh") continue;
            var (exitCode, output) = Shell(content);
            exitCode.Should().Be(0, "{0} printed {1}", content, output);
            said.Add(output);
        }

        said.Should().Contain(output => output.Contains("Good \"git\" signature for updater@host", StringComparison.Ordinal));
        said.Should().Contain(output => output.Contains("Good \"delivery-manifest\" signature for updater@host", StringComparison.Ordinal));
        said.Should().Contain(output => output.Contains("G updater@host", StringComparison.Ordinal));
        said[^1].Should().Contain("epoch 1").And.NotContain("problem");
        (await File.ReadAllLinesAsync(Path.Combine(Folder, "allowed_signers"))).Should().ContainSingle("the old key is gone");
    }

    [Fact]
    public async Task A_reader_of_the_page_refuses_what_another_key_has_signed_and_says_so()
    {
        await _installation.TrainAsync(1);
        SshProgram.MakeKey(Path.Combine(Folder, "signing_key"));
        SshProgram.MakeKey(Path.Combine(Folder, "foreign"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "allowed_signers"), $"updater@host {SshProgram.PublicKey(Path.Combine(Folder, "signing_key"))}\n");
        await File.WriteAllTextAsync(_installation.Config, """{ "signing": { "key": "foreign" } }""");
        Shell("delivery update").ExitCode.Should().Be(0);
        await File.WriteAllTextAsync(_installation.Config, """{ "signing": { "key": "foreign", "allowedSigners": "allowed_signers" } }""");
        await _installation.TrainAsync(2);

        var (updated, updateSaid) = Shell("delivery update");
        var (followed, followSaid) = Shell("delivery follow --until-epoch 1 --seconds 2");

        updated.Should().Be(1);
        updateSaid.Should().Contain("readers would refuse").And.Contain("is not allowed");
        followed.Should().Be(1);
        followSaid.Should().Contain("is not allowed: it does not stand in");
    }

    private string Folder => Path.GetDirectoryName(_installation.Config)!;

    private (int ExitCode, string Output) Shell(string commands)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -e\n{{\n{commands}\n}} 2>&1"]) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Folder };
        start.Environment["PATH"] = $"{_path.Path}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"^```(?<kind>[a-z]*)\n(?<content>.*?)\n```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Fence();
}
