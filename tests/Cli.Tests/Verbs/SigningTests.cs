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

    private static async Task<Scene> SignedAsync(bool signs = true)
    {
        var scene = await Scene.CreateAsync();
        var line = SshProgram.MakeKey(scene["key"]);
        await File.WriteAllTextAsync(scene["allowed"], $"updater {line}\n");
        await File.WriteAllTextAsync(scene["delivery.json"], $$"""{ "signing": { "key": {{(signs ? "\"key\"" : "null")}}, "allowedSigners": "allowed" } }""");
        return scene;
    }
}
