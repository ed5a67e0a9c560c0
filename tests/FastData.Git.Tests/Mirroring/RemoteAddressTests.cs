using Delivery.FastData.Git.Mirroring;

namespace Delivery.FastData.Git.Tests.Mirroring;

public sealed class RemoteAddressTests
{
    [Theory]
    [InlineData("https://git.example.org/models.git", "https://git.example.org/models.git")]
    [InlineData("https://me:secret@git.example.org/models.git", "https://***@git.example.org/models.git")]
    [InlineData("https://token@git.example.org/models.git", "https://***@git.example.org/models.git")]
    [InlineData("ssh://git@git.example.org:2222/models.git", "ssh://git@git.example.org:2222/models.git")]
    [InlineData("git@git.example.org:models.git", "git@git.example.org:models.git")]
    [InlineData("git://127.0.0.1:9418/remote", "git://127.0.0.1:9418/remote")]
    public void An_address_is_shown_without_what_is_secret(string text, string shown)
    {
        var address = RemoteAddress.Parse(text);

        (address.Shown, address.Folder, address.Argument).Should().Be((shown, null, text));
    }

    [Fact]
    public void A_folder_is_made_absolute()
    {
        RemoteAddress.Parse("models", "/srv").Folder.Should().Be(Path.GetFullPath("models", "/srv"));
        RemoteAddress.Parse("file:///srv/models").Folder.Should().Be(Path.GetFullPath("/srv/models"));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("--upload-pack=touch /tmp/x", "begins with '-'")]
    [InlineData("ext::sh -c touch% /tmp/x", "would start a program")]
    [InlineData("fd::17", "would start a program")]
    [InlineData("ftp://example.org/x", "no address of a remote")]
    [InlineData("https://", "no address of a remote")]
    [InlineData("https://a\nb/", "control character")]
    public void What_is_no_address_or_would_run_a_program_is_refused(string text, string problem)
    {
        RemoteAddress.TryParse(text, null, out _, out var told).Should().BeFalse();

        told.Should().Contain(problem);
    }

    [Fact]
    public void Secrets_are_taken_out_of_what_git_says()
    {
        RemoteAddress.Parse("https://me:s3cr%40t@host/x").Hide("unable to access 'https://me:s3cr%40t@host/x/': s3cr@t was wrong")
            .Should().Be("unable to access 'https://***@host/x/': *** was wrong");
    }
}
