using System.Text.Json;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

/// <summary>The settings <c>signing.key</c> and <c>signing.allowedSigners</c> in the verbs that have to do with them.</summary>
public sealed class SigningTests
{
    [Fact]
    public async Task What_update_and_release_deliver_is_signed_and_a_follower_that_checks_takes_it()
    {
        using var scene = await SignedAsync();
        await scene.JsonAsync("update");
        await scene.ExportAsync(Scene.First, [1, 2, 3]); // rejected, so that there is something to release
        await scene.JsonAsync("update");
        var released = await scene.JsonAsync("release", Scene.First);

        var epoch = released.GetProperty("epoch").GetInt64();
        var commit = released.GetProperty("commit").GetString()!;
        var manifest = Path.Combine(scene.FastData, "manifests", $"{epoch}-{commit[..8]}.json");
        SshProgram.Verifies(scene["allowed"], "updater", "delivery-manifest", await File.ReadAllBytesAsync(manifest), manifest + ".sig").Should().BeTrue();
        GitProgram.Run(scene.FastData, "-c", $"gpg.ssh.allowedSignersFile={scene["allowed"]}", "log", "--format=%G?").Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount((int)epoch).And.OnlyContain(mark => mark == "G");
        var follow = await scene.RunAsync("follow", "--until-epoch", "1", "--decide");
        follow.ExitCode.Should().Be(0, follow.Errors);
        follow.Output.Should().Contain($"epoch {epoch},");
    }

    [Fact]
    public async Task A_follower_that_checks_refuses_an_unsigned_generation_and_says_so()
    {
        using var scene = await SignedAsync(signs: false);
        await scene.JsonAsync("update");

        var follow = await scene.RunAsync("follow", "--until-epoch", "1", "--seconds", "1", "--json");

        follow.ExitCode.Should().Be(1);
        var problem = follow.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Single(line => line.GetProperty("event").GetString() == "problem");
        problem.GetProperty("problems")[0].GetString().Should().Contain("epoch 1 is not signed");
    }

    [Fact]
    public async Task A_key_that_is_not_there_delivers_nothing_and_is_named()
    {
        using var scene = await SignedAsync();
        File.Delete(scene["key"]);

        var update = await scene.RunAsync("update");

        update.ExitCode.Should().Be(1);
        update.Errors.Should().Contain(scene["key"]).And.Contain("there is no such file");
        File.Exists(Path.Combine(scene.FastData, "CURRENT")).Should().BeFalse();
    }

    [Fact]
    public async Task A_rollback_is_signed_and_a_mirror_that_checks_takes_it()
    {
        using var scene = await SignedAsync();
        await scene.JsonAsync("update");
        await scene.ExportAsync(Scene.First, requestCount: 150);
        await scene.JsonAsync("update");
        (await scene.RunAsync("rollback", Scene.First, "--steps", "1", "--reason", "clicks fell")).ExitCode.Should().Be(0);

        var mirror = await scene.RunAsync("mirror", "--from", "fast-data", "--to", "mirror", "--once");

        (mirror.ExitCode, mirror.Errors).Should().Be((0, ""));
        mirror.Output.Should().Contain("epoch 3,");
        GitProgram.Run(scene.FastData, "-c", $"gpg.ssh.allowedSignersFile={scene["allowed"]}", "log", "--format=%G?").Should().Be("G\nG\nG\n");
        foreach (var folder in (string[])["fast-data", "mirror"])
        {
            (await scene.RunAsync("follow", "--fast-data", folder, "--until-epoch", "3", "--seconds", "60")).ExitCode.Should().Be(0);
            (await scene.RunAsync("verify", "--fast-data", folder)).Should().BeEquivalentTo(new { ExitCode = 0, Errors = "" });
        }
    }

    [Fact]
    public async Task A_mirror_that_checks_refuses_an_unsigned_generation_and_verify_finds_it()
    {
        using var scene = await SignedAsync();
        await scene.JsonAsync("update");
        (await scene.RunAsync("mirror", "--from", "fast-data", "--to", "mirror", "--once")).ExitCode.Should().Be(0);
        await File.WriteAllTextAsync(scene["delivery.json"], """{ "signing": { "allowedSigners": "allowed" } }""");
        await scene.ExportAsync(Scene.First, requestCount: 150);
        await scene.JsonAsync("update");

        var mirror = await scene.RunAsync("mirror", "--from", "fast-data", "--to", "mirror", "--once");
        var verify = await scene.RunAsync("verify", "--json");

        mirror.ExitCode.Should().Be(1);
        mirror.Errors.Should().Contain("refused, epoch 1, commit").And.Contain("is not signed");
        verify.ExitCode.Should().Be(1);
        var findings = JsonDocument.Parse(verify.Output).RootElement.GetProperty("findings").EnumerateArray().ToList();
        findings.Should().HaveCount(2, "manifest and commit").And.OnlyContain(finding => finding.GetProperty("kind").GetString() == "Signature");
    }

    private static async Task<Scene> SignedAsync(bool signs = true)
    {
        var scene = await Scene.CreateAsync();
        var line = SshProgram.MakeKey(scene["key"]);
        await File.WriteAllTextAsync(scene["allowed"], $"updater {line}\n");
        await File.WriteAllTextAsync(scene["delivery.json"], $$"""{ "signing": { "key": {{(signs ? "\"key\"" : "null")}}, "allowedSigners": "allowed" } }""");
        return scene;
    }
}
