namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Deals one epoch of a <see cref="CategorySampler"/>.</summary>
internal sealed class CategoryDealer
{
    private readonly Category[] _categories;
    private readonly Turns _turns;
    private readonly int _batchSize;
    private readonly int _categoriesPerBatch;
    private readonly int _leastShare;
    private readonly List<int> _plan = [];
    private int _undealt;

    private readonly List<Category> _chosen = [];
    private readonly List<ClassRing> _inBatch = [];
    private int _batchEnd;
    private int _nextFiller;

    public CategoryDealer(int[][][] categories, int batchSize, int categoriesPerBatch, int groupSize, Random random)
    {
        _batchSize = batchSize;
        _categoriesPerBatch = categoriesPerBatch;
        var most = categories.Sum(classes => classes.Length) == 1 ? batchSize : (batchSize + 1) / 2;
        _categories = [.. categories.Select(classes => new Category(classes, Math.Min(groupSize, most), most, random))];
        _undealt = _categories.Sum(category => category.Undealt);
        _leastShare = Math.Max(1, batchSize / categoriesPerBatch);
        int[] tickets = [.. _categories.SelectMany((category, c) => Enumerable.Repeat(c, (category.Undealt + _leastShare - 1) / _leastShare))];
        random.Shuffle(tickets);
        _turns = new Turns(tickets, _categories.Length);
        _nextFiller = random.Next(_categories.Length);
    }

    private int Room => _batchEnd - _plan.Count;

    public int[] Deal()
    {
        while (_undealt > 0)
            DealBatch();
        return [.. _plan];
    }

    private void DealBatch()
    {
        _batchEnd = _plan.Count + _batchSize;
        _turns.StartBatch();
        DealTurns(_categoriesPerBatch);
        foreach (var category in _chosen)
            DealUndealt(category, Room);
        // Small categories are put together instead.
        TopUp(_chosen.Where(category => category.Count >= _leastShare), withinLimit: true);
        DealTurns(int.MaxValue);
        for (var i = 0; i < _categories.Length && Room > 0; i++)
            TopUp([NextFiller()], withinLimit: true);
        // All classes have given as much as they may: then as much as they have.
        TopUp(_chosen, withinLimit: false);
        while (Room > 0)
            TopUp([NextFiller()], withinLimit: false);

        foreach (var ring in _inBatch)
            ring.InBatch = 0;
        _inBatch.Clear();
        foreach (var category in _chosen)
            category.IsChosen = false;
        _chosen.Clear();
    }

    // Chooses categories whose turn it is and deals their shares.
    private void DealTurns(int most)
    {
        while (Room > 0 && _chosen.Count < most && _turns.TryNext(out var who, out var turns))
        {
            var category = _categories[who];
            if (category.Undealt == 0)
                continue;
            if (!category.IsChosen)
            {
                var ahead = Math.Max(1, _categoriesPerBatch - _chosen.Count);
                category.IsChosen = true;
                category.Turns.StartBatch();
                _chosen.Add(category);
                var undealt = category.Undealt;
                DealUndealt(category, (Room + ahead - 1) / ahead);
                if (undealt - category.Undealt >= _leastShare)
                    turns--;
            }
            _turns.SetAside(who, turns);
        }
    }

    // Whole groups, up to a share or a little more; fewer where the classes are at their limits or the rows at their end.
    private void DealUndealt(Category category, int share)
    {
        var end = Math.Min(_plan.Count + share, _batchEnd);
        while (_plan.Count < end && category.Undealt > 0 && category.Turns.TryNext(out var who, out var turns))
        {
            var ring = category.Classes[who];
            while (turns > 0 && ring.Undealt > 0 && _plan.Count < end && ring.InBatch < ring.Limit)
            {
                if (Take(category, ring, withinLimit: true) == ring.GroupSize)
                    turns--;
            }
            if (ring.Undealt > 0)
                category.Turns.SetAside(who, turns);
        }
    }

    private void TopUp(IEnumerable<Category> categories, bool withinLimit)
    {
        foreach (var category in categories)
        {
            for (var full = 0; full < category.Classes.Length && Room > 0;)
                full = Take(category, category.NextFiller(), withinLimit) == 0 ? full + 1 : 0;
        }
    }

    private Category NextFiller()
    {
        _nextFiller = (_nextFiller + 1) % _categories.Length;
        return _categories[_nextFiller];
    }

    private int Take(Category category, ClassRing ring, bool withinLimit)
    {
        var free = (withinLimit ? ring.Limit : ring.Count) - ring.InBatch;
        var count = Math.Min(Math.Min(ring.GroupSize, free), Room);
        if (count <= 0)
            return 0;
        if (ring.InBatch == 0)
            _inBatch.Add(ring);
        var fresh = ring.DealTo(_plan, count);
        category.Undealt -= fresh;
        _undealt -= fresh;
        return count;
    }

    private sealed class Category
    {
        private int _nextFiller;

        public Category(int[][] classes, int groupSize, int most, Random random)
        {
            Classes = [.. classes.Select(rows => new ClassRing(rows, groupSize, Math.Min(rows.Length, most), random))];
            Count = classes.Sum(rows => rows.Length);
            Undealt = Count;
            var tickets = new List<(double Position, int Class)>();
            for (var c = 0; c < classes.Length; c++)
            {
                var groups = (classes[c].Length + groupSize - 1) / groupSize;
                // Evenly mixed: within each 1/groups of the order, one group of the class.
                for (var g = 0; g < groups; g++)
                    tickets.Add(((g + random.NextDouble()) / groups, c));
            }
            tickets.Sort();
            Turns = new Turns([.. tickets.Select(ticket => ticket.Class)], classes.Length);
            _nextFiller = random.Next(classes.Length);
        }

        public ClassRing[] Classes { get; }

        public Turns Turns { get; }

        public int Count { get; }

        public int Undealt { get; set; }

        public bool IsChosen { get; set; }

        public ClassRing NextFiller()
        {
            _nextFiller = (_nextFiller + 1) % Classes.Length;
            return Classes[_nextFiller];
        }
    }
}
