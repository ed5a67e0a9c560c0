using Delivery.Cli.Demo;
using Delivery.Models.Wire;

namespace Delivery.Cli.Tests.Demo;

public sealed class ItemChunksTests
{
    [Theory]
    [InlineData(10, 3, new[] { 3, 3, 4 })]
    [InlineData(7, 7, new[] { 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(2, 3, new[] { 0, 1, 1 })]
    [InlineData(0, 2, new[] { 0, 0 })]
    public void A_log_is_cut_into_chunks_of_as_equal_length_as_can_be(int count, int chunks, int[] lengths)
    {
        using var log = new ItemChunks(Items(count), count, chunks);

        Enumerable.Range(0, chunks).Select(_ => log.Next().Count).Should().Equal(lengths);
        log.Next().Should().BeEmpty();
    }

    [Fact]
    public void Chunks_together_are_the_log_in_its_order()
    {
        using var log = new ItemChunks(Items(100), 100, 7);

        var all = Enumerable.Range(0, 7).SelectMany(_ => log.Next()).Select(item => item.RequestId).ToList();

        all.Should().Equal(Items(100).Select(item => item.RequestId));
    }

    private static IEnumerable<PoolItem> Items(int count) => Enumerable.Range(0, count).Select(i => new PoolItem { RequestId = $"{i}" });
}
