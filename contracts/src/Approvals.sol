// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";

/// @title What a policy says needs several parties
/// @notice A request names what is to be done and until when; organisations approve it, each once; when enough have, whoever has
/// the role carries it out, once. What "enough" is, is set for each kind of request by the organisations together.
contract Approvals is Governed {
    /// @notice Who may request and carry out, besides organisations (which may request).
    bytes32 public constant OPERATOR = keccak256("banyan.operator");
    /// @notice The longest that a request can wait.
    uint256 public constant MAX_LIFETIME = 30 days;
    /// @notice The longest text of a request, in bytes.
    uint256 public constant MAX_TEXT = 512;
    /// @notice The most approvals that are kept of a request.
    uint256 public constant MAX_APPROVALS = 128;

    /// @notice Where a request is.
    enum State { None, Open, Approved, Executed, Withdrawn, Expired }

    /// @notice A request as others see it. Times in seconds since 1970; 0: not yet.
    struct Standing {
        State state;
        bytes32 kind;
        bytes32 subject;
        address requester;
        uint64 deadline;
        uint64 requestedAt;
        uint64 executedAt;
        uint256 approvals;
    }

    struct Request {
        bytes32 kind;
        bytes32 subject;
        address requester;
        uint64 deadline;
        uint64 requestedAt;
        uint64 executedAt;
        bool withdrawn;
        address[] approvers;
        uint64[] generations;
    }

    mapping(bytes32 kind => uint256) private _needed;
    mapping(uint256 id => Request) private _requests;
    mapping(uint256 id => mapping(address account => uint64)) private _approvedIn;
    mapping(bytes32 kind => mapping(bytes32 subject => uint256)) private _latest;
    /// @notice How many requests there have been; their ids count from 1.
    uint256 public requestCount;

    uint256[45] private __gap;

    /// @notice Requests of a kind need this many organisations.
    event PolicySet(bytes32 indexed kind, uint256 needed);
    /// @notice Something is asked for.
    event Requested(uint256 indexed id, bytes32 indexed kind, bytes32 indexed subject, string text, uint64 deadline, address requester);
    /// @notice An organisation approves.
    event Approved(uint256 indexed id, address indexed organisation);
    /// @notice Its requester takes a request back.
    event Withdrawn(uint256 indexed id);
    /// @notice It was carried out.
    event Executed(uint256 indexed id, address indexed by);

    /// @notice The caller has not the role for it.
    error NotAllowed(address caller);
    /// @notice The caller is no organisation that takes part.
    error NotMember(address caller);
    /// @notice Only who requested takes it back.
    error NotRequester(address caller);
    /// @notice Nothing says how many must approve such a request.
    error NoPolicy(bytes32 kind);
    /// @notice A kind needs a name and at least one organisation.
    error BadPolicy();
    /// @notice The deadline has passed, or is too far away.
    error BadDeadline(uint64 deadline);
    /// @notice The text is longer than MAX_TEXT bytes.
    error TextTooLong();
    /// @notice The same is requested already, and open.
    error AlreadyRequested(uint256 id);
    /// @notice The request is not open.
    error NotOpen(uint256 id, State state);
    /// @notice The organisation has approved.
    error AlreadyApproved(uint256 id, address account);
    /// @notice There are as many approvals as are kept.
    error TooManyApprovals();
    /// @notice More organisations must approve.
    error NotEnoughApprovals(uint256 id, uint256 have, uint256 need);

    /// @notice Sets it up, once, in the transaction that makes its proxy.
    /// @param authority_ The organisations' contract.
    /// @param kinds Kinds of requests.
    /// @param needed How many organisations each needs.
    function initialize(address authority_, bytes32[] calldata kinds, uint256[] calldata needed) external initializer {
        __Governed_init(authority_);
        if (kinds.length != needed.length) revert BadPolicy();
        for (uint256 i; i < kinds.length; ++i) _setPolicy(kinds[i], needed[i]);
    }

    /// @notice Asks for something. An organisation or an operator may; at most one request of a kind and subject is open.
    /// @param kind What sort of thing, such as keccak256("failover").
    /// @param subject What exactly: a hash that whoever carries it out compares, such as of partition, epoch and target.
    /// @param text The same for people, at most MAX_TEXT bytes.
    /// @param deadline Until when it can be approved and carried out, in seconds since 1970.
    function request(bytes32 kind, bytes32 subject, string calldata text, uint64 deadline) external whenNotPaused returns (uint256 id) {
        if (!authority.isMember(msg.sender) && !authority.hasRole(OPERATOR, msg.sender)) revert NotAllowed(msg.sender);
        if (_needed[kind] == 0) revert NoPolicy(kind);
        if (deadline <= block.timestamp || deadline > block.timestamp + MAX_LIFETIME) revert BadDeadline(deadline);
        if (bytes(text).length > MAX_TEXT) revert TextTooLong();
        uint256 before = _latest[kind][subject];
        if (before != 0) {
            State was = stateOf(before);
            if (was == State.Open || was == State.Approved) revert AlreadyRequested(before);
        }
        id = ++requestCount;
        Request storage made = _requests[id];
        made.kind = kind;
        made.subject = subject;
        made.requester = msg.sender;
        made.deadline = deadline;
        made.requestedAt = uint64(block.timestamp);
        _latest[kind][subject] = id;
        emit Requested(id, kind, subject, text, deadline, msg.sender);
    }

    /// @notice Approves a request; once for each organisation.
    function approve(uint256 id) external whenNotPaused {
        uint64 generation = authority.generationOf(msg.sender);
        if (generation == 0) revert NotMember(msg.sender);
        _requirePending(id);
        if (_approvedIn[id][msg.sender] == generation) revert AlreadyApproved(id, msg.sender);
        Request storage found = _requests[id];
        if (found.approvers.length == MAX_APPROVALS) revert TooManyApprovals();
        _approvedIn[id][msg.sender] = generation;
        found.approvers.push(msg.sender);
        found.generations.push(generation);
        emit Approved(id, msg.sender);
    }

    /// @notice Takes a request back; its requester alone may. It works while paused.
    function withdraw(uint256 id) external {
        _requirePending(id);
        if (_requests[id].requester != msg.sender) revert NotRequester(msg.sender);
        _requests[id].withdrawn = true;
        emit Withdrawn(id);
    }

    /// @notice Marks a request as carried out: once, before its deadline, with enough approvals of organisations that take part now. An operator alone may.
    function execute(uint256 id) external whenNotPaused {
        if (!authority.hasRole(OPERATOR, msg.sender)) revert NotAllowed(msg.sender);
        _requirePending(id);
        uint256 have = approvalCount(id);
        uint256 need = _needed[_requests[id].kind];
        if (have < need) revert NotEnoughApprovals(id, have, need);
        _requests[id].executedAt = uint64(block.timestamp);
        emit Executed(id, msg.sender);
    }

    /// @notice Sets how many organisations requests of a kind need; also for those that are open. By proposal of the organisations.
    function setPolicy(bytes32 kind, uint256 needed) external onlyAuthority {
        _setPolicy(kind, needed);
    }

    /// @notice How many organisations requests of a kind need; 0: there is no such kind.
    function neededFor(bytes32 kind) external view returns (uint256) {
        return _needed[kind];
    }

    /// @notice The newest request of a kind and subject; 0 where there is none.
    function latest(bytes32 kind, bytes32 subject) external view returns (uint256) {
        return _latest[kind][subject];
    }

    /// @notice A request, where it is now, and how many organisations that take part now have approved.
    function get(uint256 id) external view returns (Standing memory) {
        Request storage found = _requests[id];
        return Standing(stateOf(id), found.kind, found.subject, found.requester, found.deadline, found.requestedAt, found.executedAt, approvalCount(id));
    }

    /// @notice Who approved, in order, also those who take no part any more.
    function approversOf(uint256 id) external view returns (address[] memory) {
        return _requests[id].approvers;
    }

    /// @notice How many organisations that take part now have approved.
    function approvalCount(uint256 id) public view returns (uint256) {
        return authority.countStanding(_requests[id].approvers, _requests[id].generations);
    }

    /// @notice Where a request is now.
    function stateOf(uint256 id) public view returns (State) {
        Request storage found = _requests[id];
        if (found.deadline == 0) return State.None;
        if (found.executedAt != 0) return State.Executed;
        if (found.withdrawn) return State.Withdrawn;
        if (block.timestamp > found.deadline) return State.Expired;
        return approvalCount(id) >= _needed[found.kind] ? State.Approved : State.Open;
    }

    function _requirePending(uint256 id) private view {
        State state = stateOf(id);
        if (state != State.Open && state != State.Approved) revert NotOpen(id, state);
    }

    function _setPolicy(bytes32 kind, uint256 needed) private {
        if (kind == 0 || needed == 0) revert BadPolicy();
        _needed[kind] = needed;
        emit PolicySet(kind, needed);
    }
}
