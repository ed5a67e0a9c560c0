using Delivery.FastData;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.Updater.Tests.Support;

namespace Delivery.Updater.Tests;

public sealed class DeliveredModelsTests : IDisposable
{
    private readonly UpdaterScene _scene = new();
    private readonly byte[] _file = TestModels.File(TestModels.News, TestModels.Good);
    private readonly DeliveredModels _delivered;

    public DeliveredModelsTests()
    {
        _scene.Put(TestModels.News, _file);
        _delivered = new DeliveredModels(_scene.Folder);
    }

    private string LivePath => _scene.Layout.ModelPath(_scene.Live()!.Models.Single());

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_live_file_is_read_without_the_history()
    {
        var tip = _scene.Tip();
        Directory.Move(_scene.Layout.Repository, _scene.Files["elsewhere.git"]);

        _delivered.Read(TestModels.News, tip).ToArray().Should().Equal(_file);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("damaged")]
    public void History_has_what_the_live_folder_has_lost(string how)
    {
        var (tip, path) = (_scene.Tip(), LivePath);
        new FastData.Storage.LocalDisk().Delete(path);
        if (how == "damaged") File.WriteAllBytes(path, _file[..^1]);

        _delivered.Read(TestModels.News, tip).ToArray().Should().Equal(_file);
    }

    [Fact]
    public void Content_that_neither_has_is_an_error_that_names_both()
    {
        var tip = _scene.Tip();
        var other = tip.Models[TestModels.News] with { Content = ContentHash.Of([1]) };

        var read = () => _delivered.Read(TestModels.News, tip with { Models = new Dictionary<ModelName, ManifestEntry> { [TestModels.News] = other } });

        read.Should().Throw<FastDataException>().WithMessage($"Neither {_scene.Layout.ModelPath(other)} nor commit {tip.Commit} holds 'news_wizard' with SHA-256 {other.Content}. *git fsck*");
    }

    [Fact]
    public void A_model_that_the_tip_lacks_is_not_looked_for()
    {
        var read = () => _delivered.Read(TestModels.Video, _scene.Tip());

        read.Should().Throw<KeyNotFoundException>();
    }
}
