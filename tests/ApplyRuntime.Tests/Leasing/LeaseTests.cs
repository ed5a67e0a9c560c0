using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Leasing;

public sealed class LeaseTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [SkippableFact]
    public void A_lease_reads_the_old_generation_until_it_ends_and_then_it_is_unmapped()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        var runtime = OpenWith("news", 1);
        var lease = runtime.Lease();
        var old = _scene.Builder.PathOf("news");

        _scene.Builder.With("news", FolderBuilder.Choosing("news", best: 2)).Publish();
        File.Delete(old);
        runtime.Refresh().RetiredGenerations.Should().Be(1);

        Best(lease, "news").Should().Be(1, "the lease was taken before the swap");
        lease.Epoch.Should().Be(1);
        runtime.Decide("news", Scene.Ones).Class.Should().Be(2, "a swap waits for no lease");
        _scene.CountMapped().Should().Be(2, "the old file is unlinked, but its pages are still held");

        lease.Dispose();
        runtime.Refresh().RetiredGenerations.Should().Be(0);
        Scene.MappedFiles(_scene.Root).Should().Equal(_scene.Builder.PathOf("news"));
    }

    [SkippableFact]
    public void A_lease_on_a_middle_generation_holds_only_what_it_needs()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        var runtime = OpenWith("news", 0);
        _scene.Builder.With("news", FolderBuilder.Choosing("news", best: 1)).Publish();
        runtime.Refresh();
        var lease = runtime.Lease();
        for (var best = 2; best < 4; best++)
        {
            _scene.Builder.With("news", FolderBuilder.Choosing("news", best)).Publish();
            runtime.Refresh().RetiredGenerations.Should().Be(1, "the others had no lease");
        }

        _scene.CountMapped().Should().Be(2);
        Best(lease, "news").Should().Be(1);
        lease.Dispose();
    }

    [Fact]
    public void Models_that_did_not_change_are_shared_between_generations()
    {
        _scene.Builder.With("images", FolderBuilder.Choosing("images", best: 3));
        var runtime = OpenWith("news", 1);
        var (news, images) = Loaded(runtime);

        _scene.Builder.With("news", FolderBuilder.Choosing("news", best: 2)).Publish();
        runtime.Refresh();

        var (newNews, newImages) = Loaded(runtime);
        newImages.Should().BeSameAs(images, "its content is the same");
        newNews.Should().NotBeSameAs(news);
        runtime.Decide("images", Scene.Ones).Class.Should().Be(3, "the old generation let go of it, the new one holds it");
    }

    [Fact]
    public void Several_models_of_one_lease_are_of_one_generation()
    {
        _scene.Builder.With("images", FolderBuilder.Choosing("images", best: 1));
        var runtime = OpenWith("news", 1);
        using var lease = runtime.Lease();

        _scene.Builder.With("images", FolderBuilder.Choosing("images", best: 2)).With("news", FolderBuilder.Choosing("news", best: 2)).Publish();
        runtime.Refresh();

        (Best(lease, "images"), Best(lease, "news")).Should().Be((1, 1));
    }

    [Fact]
    public void A_leased_model_tells_what_it_is()
    {
        var runtime = OpenWith("news", 1);
        using var lease = runtime.Lease();

        lease.TryGetModel("video", out _).Should().BeFalse();
        lease.TryGetModel("news", out var model).Should().BeTrue();
        (model.Status.ClassCount, model.Status.FeatureCount).Should().Be((4, 3));
        model.Status.TrainedUntil.Should().Be(FolderBuilder.TrainedUntil);
    }

    [Fact]
    public void Without_a_generation_a_lease_is_empty()
    {
        using var lease = _scene.Open().Lease();

        lease.IsEmpty.Should().BeTrue();
        lease.Epoch.Should().Be(0);
        lease.TryGetModel("news", out _).Should().BeFalse();
    }

    [Fact]
    public void A_model_that_no_lease_gave_is_refused()
    {
        var use = () => default(LeasedModel).Score([], []);
        use.Should().Throw<InvalidOperationException>();
    }

    private static int Best(Lease lease, string name)
    {
        lease.TryGetModel(name, out var model).Should().BeTrue();
        var scores = new float[4];
        model.Score(Scene.Ones, scores);
        return Array.IndexOf(scores, scores.Max());
    }

    private static (LoadedModel News, LoadedModel Images) Loaded(ModelRuntime runtime)
    {
        using var lease = runtime.Lease();
        lease.Find("news", out var news).Should().BeTrue();
        lease.Find("images", out var images).Should().BeTrue();
        return (news!, images!);
    }

    private ModelRuntime OpenWith(string name, int best)
    {
        _scene.Builder.With(name, FolderBuilder.Choosing(name, best)).Publish();
        return _scene.Open(Scene.Mapping);
    }
}
